//! A page for a patient, as plain text and as HTML: the same blocks, the same bytes.

use std::fmt::Write;

/// What a page is made of.
pub(super) enum Block {
    Title(String),
    Heading(&'static str),
    /// Rows of cells; the last cell of each is an amount.
    Table {
        head: Vec<&'static str>,
        rows: Vec<Vec<String>>,
    },
    List(Vec<String>),
}

/// How wide lines of text are.
const WIDTH: usize = 78;

pub(super) fn as_text(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        match block {
            Block::Title(title) => {
                let _ = writeln!(out, "{title}\n{}\n", "=".repeat(title.len()));
            }
            Block::Heading(heading) => {
                let _ = writeln!(out, "\n{heading}\n{}\n", "-".repeat(heading.len()));
            }
            Block::List(items) => {
                for item in items {
                    wrapped(&mut out, "- ", item);
                }
            }
            Block::Table { head, rows } => text_table(&mut out, head, rows),
        }
    }
    out
}

/// Lines of at most [`WIDTH`] characters, the first one behind a mark.
fn wrapped(out: &mut String, mark: &str, text: &str) {
    let indent = " ".repeat(mark.len());
    let mut line = mark.to_owned();
    let mut is_begun = false;
    for word in text.split_whitespace() {
        if is_begun && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line.clone_from(&indent);
            is_begun = false;
        }
        if is_begun {
            line.push(' ');
        }
        line.push_str(word);
        is_begun = true;
    }
    out.push_str(&line);
    out.push('\n');
}

fn text_table(out: &mut String, head: &[&str], rows: &[Vec<String>]) {
    let named = head.iter().any(|name| !name.is_empty());
    let titles: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    let all: Vec<&Vec<String>> = named.then_some(&titles).into_iter().chain(rows).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|at| {
            let cells = all.iter().filter_map(|row| row.get(at));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    for row in all {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            // Numbers stand to the right: units and amounts.
            let padded = if named && at >= 2 {
                format!("{cell:>width$}  ")
            } else {
                format!("{cell:<width$}  ")
            };
            line.push_str(&padded);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

pub(super) fn as_html(blocks: &[Block]) -> String {
    let title = blocks.iter().find_map(|block| match block {
        Block::Title(title) => Some(escaped(title)),
        _ => None,
    });
    let title = title.unwrap_or_default();
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>{title}</title>\n<style>\nbody {{ font: 16px/1.5 sans-serif; max-width: 46em; \
         margin: 2em auto; }}\ntable {{ border-collapse: collapse; }}\ntd, th {{ padding: .2em \
         .8em .2em 0; text-align: left; }}\ntd.n, th.n {{ text-align: right; }}\n</style>\n\
         </head>\n<body>\n"
    );
    for block in blocks {
        match block {
            Block::Title(title) => {
                let _ = writeln!(out, "<h1>{}</h1>", escaped(title));
            }
            Block::Heading(heading) => {
                let _ = writeln!(out, "<h2>{}</h2>", escaped(heading));
            }
            Block::List(items) => {
                out.push_str("<ul>\n");
                for item in items {
                    let _ = writeln!(out, "<li>{}</li>", escaped(item));
                }
                out.push_str("</ul>\n");
            }
            Block::Table { head, rows } => html_table(&mut out, head, rows),
        }
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn html_table(out: &mut String, head: &[&str], rows: &[Vec<String>]) {
    let named = head.iter().any(|name| !name.is_empty());
    let class = |at: usize| if named && at >= 2 { " class=\"n\"" } else { "" };
    out.push_str("<table>\n");
    if named {
        out.push_str("<tr>");
        for (at, name) in head.iter().enumerate() {
            let _ = write!(out, "<th{}>{}</th>", class(at), escaped(name));
        }
        out.push_str("</tr>\n");
    }
    for row in rows {
        out.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let _ = write!(out, "<td{}>{}</td>", class(at), escaped(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}
