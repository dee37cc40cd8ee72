//! Where the pieces of a Rhai text begin and end: enough of the language to
//! tell code from texts and comments.

/// Back-quoted texts within back-quoted texts, at most.
const DEEPEST: usize = 32;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece {
    Space,
    /// `//` to the end of its line, without that end.
    LineComment,
    /// `/* ... */`, which may nest.
    BlockComment,
    /// `"..."`, `'.'`, `#"..."#`.
    Text,
    /// A back-quoted text with its `${...}`.
    Template,
    /// Letters, digits and `_`.
    Word,
    /// Any other character.
    Sign,
}

/// The piece that starts at a byte of a text that is not its end, and the byte
/// behind it.
pub(crate) fn piece(text: &str, at: usize) -> (Piece, usize) {
    piece_within(text, at, 0)
}

/// What of a text is code: comments and quoted texts are blanks, and of
/// back-quoted ones only what stands in `${...}` is kept. A name that `Fn("...")`
/// quotes is one that the code goes by.
pub(crate) fn code(text: &str) -> String {
    code_within(text, 0)
}

/// The same, so many back-quoted texts deep; too deep all of it counts as code.
fn code_within(text: &str, depth: usize) -> String {
    if depth > DEEPEST {
        return text.to_owned();
    }
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let (kind, end) = piece(text, at);
        match kind {
            Piece::Space | Piece::Word | Piece::Sign => code.push_str(&text[at..end]),
            Piece::Text if code.trim_end().ends_with("Fn(") => {
                code.push_str(text[at..end].trim_matches('"'));
            }
            Piece::Template => code.push_str(&code_of_template(&text[at..end], depth + 1)),
            Piece::Text | Piece::LineComment | Piece::BlockComment => code.push(' '),
        }
        at = end;
    }
    code
}

/// What stands in `${...}` of a back-quoted text, with its quotes.
fn code_of_template(text: &str, depth: usize) -> String {
    let mut found = String::from(" ");
    let mut at = 1;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("${") {
            let end = block(text, at + 1, 1);
            found.push_str(&code_within(&text[at + 2..end], depth));
            found.push(' ');
            at = end;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// The same, so many back-quoted texts deep.
fn piece_within(text: &str, at: usize, depth: usize) -> (Piece, usize) {
    let rest = &text[at..];
    let run = |fits: fn(char) -> bool| {
        let end = rest.find(|c: char| !fits(c)).unwrap_or(rest.len());
        at + end
    };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    match rest.chars().next() {
        Some(c) if c.is_whitespace() => (Piece::Space, run(char::is_whitespace)),
        Some(c) if is_word(c) => (Piece::Word, run(is_word)),
        Some('/') if rest.starts_with("//") => (Piece::LineComment, run(|c| c != '\n')),
        Some('/') if rest.starts_with("/*") => (Piece::BlockComment, block_comment(text, at)),
        Some(quote @ ('"' | '\'')) => (Piece::Text, quoted(text, at, quote)),
        Some('`') => (Piece::Template, template(text, at, depth + 1)),
        Some('#') => match raw(text, at) {
            Some(end) => (Piece::Text, end),
            None => (Piece::Sign, at + 1),
        },
        Some(c) => (Piece::Sign, at + c.len_utf8()),
        None => (Piece::Space, at),
    }
}

/// Block comments nest in Rhai.
fn block_comment(text: &str, mut at: usize) -> usize {
    let mut depth = 0usize;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// A string or character; one that does not close ends with its line.
fn quoted(text: &str, start: usize, quote: char) -> usize {
    let mut characters = text[start..].char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        if c == '\\' {
            characters.next();
        } else if c == quote || c == '\n' {
            return start + at + usize::from(c == quote);
        }
    }
    text.len()
}

/// A text between `#"` and `"#`, with as many `#` in front as behind.
fn raw(text: &str, start: usize) -> Option<usize> {
    let rest = &text[start..];
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let body = rest[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&close).map_or(body.len(), |at| at + close.len());
    Some(start + hashes + 1 + end)
}

/// A back-quoted text; one that is nested too deep, which no compiler takes,
/// goes to the end.
fn template(text: &str, start: usize, depth: usize) -> usize {
    if depth > DEEPEST {
        return text.len();
    }
    let mut at = start + 1;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with('`') {
            return at + 1;
        }
        if rest.starts_with("${") {
            at = block(text, at + 1, depth);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// What stands in braces, from the first to the one that closes it.
fn block(text: &str, mut at: usize, within: usize) -> usize {
    let mut depth = 0usize;
    while at < text.len() {
        let (kind, end) = piece_within(text, at, within);
        if kind == Piece::Sign {
            match text.as_bytes()[at] {
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        at = end;
        if depth == 0 {
            return at;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<(Piece, &str)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let (kind, end) = piece(text, at);
            found.push((kind, &text[at..end]));
            at = end;
        }
        found
    }

    #[test]
    fn texts_and_comments_are_one_piece_whatever_is_in_them() {
        for (text, kind) in [
            (r#""a \" b""#, Piece::Text),
            (r##"#"C:\"#"##, Piece::Text),
            ("'}'", Piece::Text),
            ("`a ${ if x { `}` } else { \"`\" } } b\n`", Piece::Template),
            ("/* } /* \" */ \n*/", Piece::BlockComment),
            ("// } ` \"", Piece::LineComment),
            ("é_1", Piece::Word),
        ] {
            assert_eq!(pieces(text), [(kind, text)]);
        }
        assert_eq!(pieces("#{")[0], (Piece::Sign, "#"));
    }

    #[test]
    fn texts_nested_without_end_come_to_one() {
        let deep = "`${".repeat(200_000);
        assert_eq!(pieces(&deep), [(Piece::Template, deep.as_str())]);
        assert!(code(&deep).len() <= deep.len() + 2 * DEEPEST);
    }
}
