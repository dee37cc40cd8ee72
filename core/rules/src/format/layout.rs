//! Lays out code line by line: indentation by brackets, blank lines, line
//! ends. What stands within a line is left as it is, and texts byte for byte.

use crate::lex::{Piece, piece};

/// Columns that each bracket moves its lines in.
const STEP: usize = 4;

/// Signs that join a line to the one before it where it begins with them, and
/// to the one behind it where it ends with them.
const JOINING: [&str; 20] = [
    "&&", "||", "??", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "=>", "=", "+", "-", "*",
    "/", "%", "<", ">",
];

/// A line, as far as its layout goes.
#[derive(Debug, Default)]
struct Line {
    /// It begins within a text or comment.
    begins_inside: bool,
    /// It ends within a text or comment.
    ends_inside: bool,
    /// Brackets in order.
    brackets: Vec<char>,
    /// How many of them close something before anything else stands there.
    leading: usize,
    /// The first and last signs or word that are no comment.
    first: String,
    last: String,
    /// It has something that is no comment.
    has_code: bool,
}

pub(super) fn layout(text: &str) -> String {
    let lines = read(text);
    let mut writer = Writer::default();
    for (line, written) in lines.iter().zip(text.split('\n')) {
        writer.line(line, written);
    }
    writer.out
}

/// What each line of a text has in it.
fn read(text: &str) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    let mut at = 0;
    while at < text.len() {
        let (kind, end) = piece(text, at);
        let piece = &text[at..end];
        let code = !matches!(
            kind,
            Piece::Space | Piece::LineComment | Piece::BlockComment
        );
        if code && let Some(line) = lines.last_mut() {
            line.take(kind, piece);
        }
        for _ in piece.matches('\n') {
            let inside = kind != Piece::Space;
            if let Some(line) = lines.last_mut() {
                line.ends_inside = inside;
            }
            lines.push(Line {
                begins_inside: inside,
                ..Line::default()
            });
        }
        if code && let Some(line) = lines.last_mut().filter(|line| line.begins_inside) {
            // The text that ends here is what the line ends with so far.
            line.has_code = true;
            piece.clone_into(&mut line.last);
        }
        at = end;
    }
    lines
}

impl Line {
    fn take(&mut self, kind: Piece, piece: &str) {
        let closes = matches!(piece, ")" | "]" | "}");
        if kind == Piece::Sign && (closes || matches!(piece, "(" | "[" | "{")) {
            self.brackets.extend(piece.chars());
            if closes && !self.has_code {
                self.leading += 1;
            }
        }
        if !(closes && self.brackets.len() == self.leading) {
            self.has_code = true;
        }
        // Signs that stand together are one: `&` and `&` are `&&`.
        let is_sign =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_punctuation());
        let sign = kind == Piece::Sign && !"()[]{}".contains(piece);
        if self.first.is_empty() || (sign && self.first == self.last && is_sign(&self.first)) {
            self.first.push_str(piece);
        }
        if sign && is_sign(&self.last) && !"()[]{}".contains(self.last.as_str()) {
            self.last.push_str(piece);
        } else {
            piece.clone_into(&mut self.last);
        }
    }

    fn is_blank(&self, written: &str) -> bool {
        !self.begins_inside && written.trim().is_empty()
    }
}

#[derive(Debug, Default)]
struct Writer {
    out: String,
    /// For each open bracket, the indentation of the line that it stands on.
    open: Vec<usize>,
    indent: usize,
    /// What the last line of code ended with.
    last: String,
    /// A blank line waits to be written, or not.
    gap: bool,
    /// The last line closed a function.
    closed: bool,
    /// The last line was one of a card.
    card: bool,
}

impl Writer {
    fn line(&mut self, line: &Line, written: &str) {
        if line.is_blank(written) {
            self.gap = true;
            return;
        }
        if !line.begins_inside {
            self.gap(line, written);
        }
        let mut body = written;
        if !line.begins_inside {
            self.indent = self.indentation(line);
            body = body.trim_start();
            self.out.extend(std::iter::repeat_n(' ', self.indent));
        }
        if !line.ends_inside {
            body = body.trim_end();
        }
        self.out.push_str(body);
        self.out.push('\n');
        for bracket in &line.brackets {
            if matches!(bracket, '(' | '[' | '{') {
                self.open.push(self.indent);
            } else {
                self.open.pop();
            }
        }
        if !line.last.is_empty() {
            self.last.clone_from(&line.last);
        }
        self.closed = self.open.is_empty() && line.brackets.last() == Some(&'}');
        self.card = body.starts_with("///");
    }

    /// Writes the blank line above a line, where there is to be one.
    fn gap(&mut self, line: &Line, written: &str) {
        let asked = std::mem::take(&mut self.gap);
        let after_opening = self.is_open() && matches!(self.last.as_str(), "{" | "(" | "[");
        let begins_function = self.card && !written.trim_start().starts_with("//");
        let none = self.out.is_empty()
            || (after_opening && self.out.trim_end().ends_with(['{', '(', '[']))
            || line.leading > 0
            || begins_function;
        if self.closed || (asked && !none) {
            self.out.push('\n');
        }
    }

    fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    fn indentation(&self, line: &Line) -> usize {
        if line.leading > 0 {
            let opener = self.open.len().saturating_sub(line.leading);
            return self.open.get(opener).copied().unwrap_or(0);
        }
        let base = self.open.last().map_or(0, |indent| indent + STEP);
        if self.is_open() && line.has_code && self.goes_on(line) {
            base + STEP
        } else {
            base
        }
    }

    /// Whether a line goes on with the statement of the line before it.
    fn goes_on(&self, line: &Line) -> bool {
        let ended = matches!(self.last.as_str(), ";" | "{" | "}" | "(" | "[" | ",");
        line.first.starts_with('.') && !line.first.starts_with("..") && self.last != "{"
            || line.first.starts_with("?.")
            || (!ended && JOINING.contains(&line.first.as_str()))
            || JOINING.contains(&self.last.as_str())
    }
}
