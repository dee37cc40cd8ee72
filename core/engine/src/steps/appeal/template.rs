//! Letters from templates: `{{name}}` stands for a value, `# ` begins a heading, `- `
//! an item of a list, an empty line a paragraph. The same text makes the page.

use std::fmt::Write;

use super::error::TemplateError;

/// What goes into a letter, by name.
pub(crate) type Values = Vec<(&'static str, String)>;

/// What stands in a letter where a value is not known.
pub(crate) const NOT_KNOWN: &str = "(not known)";

/// Puts values into a template. What is not known says so; a name that there is
/// not is refused, whatever stands around it.
pub(crate) fn fill(template: &str, text: &str, values: &Values) -> Result<String, TemplateError> {
    let mut out = String::with_capacity(text.len() * 2);
    for (line, number) in text.lines().zip(1..) {
        let mut rest = line;
        while let Some((before, behind)) = rest.split_once("{{") {
            out.push_str(before);
            let Some((name, after)) = behind.split_once("}}") else {
                return Err(TemplateError::Open {
                    template: template.to_owned(),
                    line: number,
                });
            };
            let name = name.trim();
            let Some((_, value)) = values.iter().find(|(known, _)| *known == name) else {
                return Err(TemplateError::Unknown {
                    template: template.to_owned(),
                    line: number,
                    placeholder: name.to_owned(),
                    known: values.iter().map(|(known, _)| *known).collect(),
                });
            };
            out.push_str(value);
            rest = after;
        }
        out.push_str(rest);
        out.push('\n');
    }
    Ok(out)
}

/// The same letter as a page.
pub(crate) fn page(title: &str, text: &str) -> String {
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n</head>\n<body>\n",
        escaped(title)
    );
    let mut block: Vec<&str> = Vec::new();
    for line in text.lines().chain([""]) {
        if !line.trim().is_empty() {
            block.push(line);
            continue;
        }
        paragraph(&mut out, &block);
        block.clear();
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn paragraph(out: &mut String, block: &[&str]) {
    let Some(first) = block.first() else {
        return;
    };
    // Writing into a string does not fail.
    let _ = if let (Some(heading), 1) = (first.strip_prefix("# "), block.len()) {
        writeln!(out, "<h1>{}</h1>", escaped(heading))
    } else if block.iter().all(|line| line.starts_with("- ")) {
        let items = block.iter().map(|line| escaped(&line[2..]));
        let items: Vec<String> = items.map(|item| format!("<li>{item}</li>")).collect();
        writeln!(out, "<ul>\n{}\n</ul>", items.join("\n"))
    } else {
        let lines: Vec<String> = block.iter().map(|line| escaped(line)).collect();
        writeln!(out, "<p>{}</p>", lines.join("<br>\n"))
    };
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        vec![
            ("name", "Ana <b>".to_owned()),
            ("amount", "12.00".to_owned()),
        ]
    }

    #[test]
    fn a_letter_has_its_values_and_its_page_runs_none_of_them() {
        let letter = fill(
            "a.txt",
            "# To {{ name }}\n\n{{amount}} of {{amount}}\n\n- one\n- two",
            &values(),
        );
        let letter = letter.unwrap();
        assert_eq!(letter, "# To Ana <b>\n\n12.00 of 12.00\n\n- one\n- two\n");
        let page = page("x", &letter);
        assert!(page.contains("<h1>To Ana &lt;b&gt;</h1>"), "{page}");
        assert!(
            page.contains("<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
            "{page}"
        );
        assert!(!page.contains("<b>"), "{page}");
    }

    #[test]
    fn a_name_that_there_is_not_is_told_with_its_line() {
        let refused = fill("own.txt", "one\ntwo {{nmae}}", &values()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "own.txt:2: there is no `{{nmae}}`; there are name, amount"
        );
        let refused = fill("own.txt", "one {{name", &values()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "own.txt:1: `{{` has no `}}` on its line"
        );
    }

    #[test]
    fn a_value_with_braces_in_it_is_no_template() {
        let values = vec![("reason", "{{secret}}".to_owned())];
        assert_eq!(fill("a", "{{reason}}", &values).unwrap(), "{{secret}}\n");
    }
}
