//! Formatting: one layout, nothing that is compiled changes, and formatting
//! what is formatted changes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scrubjay_hooks::Hook;
use scrubjay_rules::{Formatted, Formatting, NewRule, RuleScope, format_files, format_text};
use tempfile::TempDir;

fn format(text: &str) -> String {
    format_text(Path::new("rules.rhai"), text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What Rhai itself makes of a file of functions, without spaces and comments;
/// nothing where it does not parse.
fn compact(text: &str) -> Option<String> {
    let mut engine = rhai::Engine::new_raw();
    engine.set_max_expr_depths(0, 0);
    engine.compact_script(text).ok()
}

fn payer_rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../payer-rules")
}

#[test]
fn the_packs_that_ship_are_formatted() {
    let done = format_files(&[payer_rules()], Formatting::Check).unwrap();
    assert!(done.len() > 5);
    for (file, formatted) in done {
        assert_eq!(
            formatted,
            Formatted::AsItWas,
            "{}: scrubjay rules fmt",
            file.display()
        );
    }
}

#[test]
fn a_rule_that_is_started_is_formatted() {
    let folder = TempDir::new().unwrap();
    let hooks = Hook::ALL.map(|hook| (hook.as_str(), RuleScope::Claim));
    for (number, (hook, scope)) in hooks
        .into_iter()
        .chain([("scrub", RuleScope::Line)])
        .enumerate()
    {
        let new = NewRule::new(&format!("acme/rule-{number}"), hook, scope).unwrap();
        new.write(folder.path()).unwrap();
    }
    for (file, formatted) in format_files(&[folder.path().to_owned()], Formatting::Check).unwrap() {
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(
            formatted,
            Formatted::AsItWas,
            "{text}\nbecomes\n{}",
            format(&text)
        );
    }
}

#[test]
fn code_is_laid_out_by_its_brackets_and_texts_stay_as_they_are() {
    let written = "

fn a(claim) {

if claim.charge > 1 { // why
\twarn(`two
   lines ${ if true {
 \"}\" } else { \"\" } }  
end`);   

}
else if claim.lines.some(|line| {
line.units > 1
}) {
let all = claim.lines
.filter(|line| line.units > 1 &&
line.charge > 1)
.len();
block(
\"field\",
\"a text\"
);
}


/* a
      block comment */
}
// About b.
private fn b(x) { x }
fn c() {}";
    let expected = "fn a(claim) {
    if claim.charge > 1 { // why
        warn(`two
   lines ${ if true {
 \"}\" } else { \"\" } }  
end`);
    }
    else if claim.lines.some(|line| {
        line.units > 1
    }) {
        let all = claim.lines
            .filter(|line| line.units > 1 &&
                    line.charge > 1)
            .len();
        block(
            \"field\",
            \"a text\"
        );
    }

    /* a
      block comment */
}

// About b.
private fn b(x) { x }

fn c() {}
";
    assert_eq!(format(written), expected);
    assert_eq!(format(expected), expected);
}

#[test]
fn cards_have_one_order_and_form_and_keep_their_comments() {
    let written = r#"/// hook:   scrub
/// # What it is about.
/// applies: {procedures: "@drugs", modifiers: ['GZ'],   payers: [ acme ]}
/// severity: warn   # for now
///
///title: "A title: with a colon"
///id: "a/b"
/// prevents:
///   - 29
///   - B7

fn f(claim) {}
"#;
    let expected = r#"/// id: a/b
/// title: "A title: with a colon"
/// hook: scrub
/// severity: warn   # for now
/// prevents: [29, B7]
/// # What it is about.
/// applies: { procedures: "@drugs", modifiers: [GZ], payers: [acme] }
fn f(claim) {}
"#;
    assert_eq!(format(written), expected);
    assert_eq!(format(expected), expected);
}

#[test]
fn a_card_that_is_none_and_stray_comments_are_left_alone() {
    let text = "/// Stray.\n\n/// id: a/b\n/// unknown: key\n/// hook: scrub\nfn f(claim) {}\n\n/// What the helper does.\nfn g() {}\n";
    assert_eq!(format(text), text);
}

#[test]
fn a_file_that_does_not_parse_is_left_as_it_is_with_its_faults() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("rules.rhai");
    let text = "fn a() {\nlet x = ;\n  }\nfn b() {\n(\n}\n";
    fs::write(&file, text).unwrap();
    let done = format_files(std::slice::from_ref(&file), Formatting::Write).unwrap();
    let Formatted::Faulty(error) = &done[0].1 else {
        panic!("{done:?}");
    };
    let lines: Vec<usize> = error.diagnostics().iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [2, 6], "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn checking_writes_nothing_and_formatting_writes_once() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("rules.rhai");
    fs::write(&file, "fn a(){\nlet x=1;\n}").unwrap();
    let once = |formatting| {
        let done = format_files(std::slice::from_ref(&file), formatting).unwrap();
        done[0].1.clone()
    };
    assert_eq!(once(Formatting::Check), Formatted::Anew);
    assert_eq!(fs::read_to_string(&file).unwrap(), "fn a(){\nlet x=1;\n}");
    assert_eq!(once(Formatting::Write), Formatted::Anew);
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "fn a(){\n    let x=1;\n}\n"
    );
    assert_eq!(once(Formatting::Write), Formatted::AsItWas);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let missing = format_files(&[folder.path().join("none.rhai")], Formatting::Check);
    assert!(missing.unwrap_err().to_string().contains("none.rhai"));
}

/// Expressions as lists of words, to be written with any spaces between them.
fn expression() -> impl Strategy<Value = Vec<String>> {
    let words =
        |words: &[&str]| -> Vec<String> { words.iter().map(|&word| word.to_owned()).collect() };
    let leaf = prop_oneof![
        Just(words(&["x"])),
        Just(words(&["claim", ".", "lines"])),
        Just(words(&["1"])),
        Just(words(&["\"a } // b\""])),
        Just(words(&["`t  \n ${ x + `{ ${ 1 }` } {\n\n  `"])),
        Just(words(&["#\"raw \\ \" { \"#"])),
        Just(words(&["'}'"])),
    ];
    leaf.prop_recursive(3, 24, 3, move |inner| {
        let operator = prop::sample::select(vec!["+", "-", "*", "==", "<", "??", "&&"]);
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(a, sign, b)| { [a, vec![sign.to_owned()], b].concat() }),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| {
                [
                    vec!["g".to_owned(), "(".to_owned()],
                    a,
                    vec![",".to_owned()],
                    b,
                    vec![")".to_owned()],
                ]
                .concat()
            }),
            inner.clone().prop_map(|a| {
                let head = ["x", ".", "some", "(", "|", "l", "|"]
                    .map(str::to_owned)
                    .to_vec();
                [head, a, vec![")".to_owned()]].concat()
            }),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|parts| {
                let parts: Vec<String> = parts.join(&",".to_owned());
                [vec!["[".to_owned()], parts, vec!["]".to_owned()]].concat()
            }),
            inner.prop_map(|a| {
                [
                    vec!["#{".to_owned(), "a".to_owned(), ":".to_owned()],
                    a,
                    vec!["}".to_owned()],
                ]
                .concat()
            }),
        ]
    })
}

fn statement() -> impl Strategy<Value = Vec<String>> {
    let simple = prop_oneof![
        expression().prop_map(|value| {
            [
                ["let", "y", "="].map(str::to_owned).to_vec(),
                value,
                vec![";".to_owned()],
            ]
            .concat()
        }),
        expression()
            .prop_map(|value| [vec!["return".to_owned()], value, vec![";".to_owned()]].concat()),
        expression().prop_map(|value| {
            [
                ["block", "("].map(str::to_owned).to_vec(),
                value,
                [")", ";"].map(str::to_owned).to_vec(),
            ]
            .concat()
        }),
    ];
    simple.prop_recursive(3, 12, 3, |inner| {
        let body = prop::collection::vec(inner, 0..3).prop_map(|parts| parts.concat());
        prop_oneof![
            (expression(), body.clone(), body.clone()).prop_map(|(test, yes, no)| {
                let middle = ["}", "else", "{"].map(str::to_owned).to_vec();
                [
                    vec!["if".to_owned()],
                    test,
                    vec!["{".to_owned()],
                    yes,
                    middle,
                    no,
                    vec!["}".to_owned()],
                ]
                .concat()
            }),
            (expression(), body.clone()).prop_map(|(list, body)| {
                let head = ["for", "l", "in"].map(str::to_owned).to_vec();
                [head, list, vec!["{".to_owned()], body, vec!["}".to_owned()]].concat()
            }),
            body.prop_map(|body| {
                let head = ["switch", "x", "{", "1", "=>", "{"]
                    .map(str::to_owned)
                    .to_vec();
                [
                    head,
                    body,
                    ["}", ",", "_", "=>", "2", "}"].map(str::to_owned).to_vec(),
                ]
                .concat()
            }),
        ]
    })
}

/// A function with spaces, line ends and comments strewn in.
fn function() -> impl Strategy<Value = String> {
    let gap = prop::sample::select(vec![
        " ",
        " ",
        " ",
        "\n",
        "\n\n\n",
        "\t",
        "  \n  ",
        " // c } ` \"\n",
        " /* { \" /* */ ` */ ",
        "\r\n",
    ]);
    (
        prop::collection::vec(statement(), 0..4),
        prop::collection::vec(gap, 1..40),
    )
        .prop_map(|(statements, gaps)| {
            let mut text = String::from("fn f(claim, x) {");
            for (at, word) in statements.concat().iter().enumerate() {
                text.push_str(gaps[at % gaps.len()]);
                text.push_str(word);
            }
            text.push_str(gaps[0]);
            text.push('}');
            text
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_compiled_never_changes(functions in prop::collection::vec(function(), 1..3)) {
        let text: String = functions
            .iter()
            .enumerate()
            .map(|(at, text)| text.replacen("fn f", &format!("fn f{at}"), 1) + "\n")
            .collect();
        // `[] && x` is no Rhai, for one.
        let meaning = compact(&text);
        prop_assume!(meaning.is_some());
        let formatted = format(&text);
        prop_assert_eq!(compact(&formatted), meaning);
        prop_assert_eq!(format(&formatted), formatted.clone(), "twice:\n{}", formatted);
        // No comment is lost.
        prop_assert_eq!(formatted.matches("// c } `").count(), text.matches("// c } `").count());
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The packs that ship, with every line moved: they come back byte for byte.
    #[test]
    fn moved_lines_find_their_place_again(moves in prop::collection::vec(0usize..12, 1..30)) {
        for (file, _) in format_files(&[payer_rules()], Formatting::Check).unwrap() {
            let text = fs::read_to_string(&file).unwrap();
            // No text of theirs goes over a line's end.
            let moved: String = text
                .lines()
                .enumerate()
                .map(|(at, line)| {
                    let by = moves[at % moves.len()];
                    format!("{}{}{}\n", " ".repeat(by), line.trim(), " ".repeat(by % 3))
                })
                .collect();
            prop_assert_eq!(format(&moved), text);
        }
    }
}
