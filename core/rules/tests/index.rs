//! The index against a plain reading of the cards: random rules, random
//! claims, and an oracle that looks at every rule and knows nothing of how
//! they are indexed.

mod support;

use std::fmt::Write;

use proptest::prelude::*;
use scrubjay_hooks::{About, ClaimSubject, Handler, Hook, Outcome, Subject};
use scrubjay_model::{AsSent, Claim, ClaimKind, Diagnosis, LineOfBusiness, PayerProfile};
use support::{claim, context, day, load, pack, payer};

const PAYERS: [(&str, LineOfBusiness, &str); 4] = [
    ("acme", LineOfBusiness::Commercial, "TX"),
    ("zenith", LineOfBusiness::Commercial, "LA"),
    ("part-b", LineOfBusiness::Medicare, "TX"),
    ("lonestar", LineOfBusiness::Medicaid, "TX"),
];
const CODES: [&str; 6] = ["J0696", "J0897", "G0439", "G0328", "Q0111", "A4570"];
/// Entries with the codes that each means.
const ENTRIES: [(&str, &[&str]); 6] = [
    ("J0696", &["J0696"]),
    ("J*", &["J0696", "J0897"]),
    ("G0300-G0439", &["G0439", "G0328"]),
    ("Q0111-Q0111", &["Q0111"]),
    ("A4570", &["A4570"]),
    ("V9999", &[]),
];
const MODIFIERS: [&str; 3] = ["GZ", "25", "JZ"];
const PLACES: [&str; 3] = ["11", "22", "02"];
const DIAGNOSES: [(&str, &[&str]); 4] = [
    ("E11", &["E1165", "E119"]),
    ("I10", &["I10"]),
    ("V00-Y99", &["W19XXXA"]),
    ("E11-I10", &["E1165", "E119", "I10"]),
];
const SENT: [&str; 4] = ["E1165", "E119", "I10", "W19XXXA"];
const STATUSES: [&str; 4] = ["active", "active", "shadow", "draft"];

#[derive(Debug, Clone)]
struct Rule {
    payers: Option<Vec<usize>>,
    lines: Option<Vec<usize>>,
    states: Option<Vec<usize>>,
    kinds: Option<bool>,
    procedures: Option<Vec<usize>>,
    modifiers: Option<Vec<usize>>,
    places: Option<Vec<usize>>,
    diagnoses: Option<Vec<usize>>,
    per_line: bool,
    status: usize,
    from: Option<u32>,
    rank: i64,
}

const LINES: [(&str, LineOfBusiness); 3] = [
    ("commercial", LineOfBusiness::Commercial),
    ("medicare", LineOfBusiness::Medicare),
    ("medicaid", LineOfBusiness::Medicaid),
];
const STATES: [&str; 2] = ["TX", "LA"];

/// A line of a claim: its procedure, modifiers, own place.
type Line = (usize, Vec<usize>, Option<usize>);

fn some(of: usize) -> impl Strategy<Value = Option<Vec<usize>>> {
    prop::option::weighted(0.3, prop::collection::vec(0..of, 1..3))
}

fn rule() -> impl Strategy<Value = Rule> {
    let whom = (
        some(4),
        some(3),
        some(2),
        prop::option::weighted(0.3, any::<bool>()),
    );
    let what = (some(6), some(3), some(3), some(4));
    let how = (
        any::<bool>(),
        0..4usize,
        prop::option::weighted(0.3, 1..28u32),
        -1..2i64,
    );
    (whom, what, how).prop_map(
        |(
            (payers, lines, states, kinds),
            (procedures, modifiers, places, diagnoses),
            (per_line, status, from, rank),
        )| Rule {
            payers,
            lines,
            states,
            kinds,
            procedures,
            modifiers,
            places,
            diagnoses,
            per_line,
            status,
            from,
            rank,
        },
    )
}

fn claims() -> impl Strategy<
    Value = (
        Vec<Line>,
        Vec<usize>,
        Option<usize>,
        bool,
        Option<usize>,
        u32,
    ),
> {
    let line = (
        0..6usize,
        prop::collection::vec(0..3usize, 0..3),
        prop::option::of(0..3usize),
    );
    (
        prop::collection::vec(line, 0..4),
        prop::collection::vec(0..4usize, 0..3),
        prop::option::of(0..3usize),
        any::<bool>(),
        prop::option::weighted(0.9, 0..4usize),
        1..28u32,
    )
}

fn listed<'a>(key: &str, values: &Option<Vec<usize>>, name: impl Fn(usize) -> &'a str) -> String {
    values.as_ref().map_or_else(String::new, |values| {
        let names: Vec<String> = values
            .iter()
            .map(|at| format!("\"{}\"", name(*at)))
            .collect();
        format!("{key}: [{}], ", names.join(", "))
    })
}

impl Rule {
    fn write(&self, number: usize, text: &mut String) {
        let kinds = self.kinds.map_or("", |professional| {
            if professional {
                "claim: professional, "
            } else {
                "claim: institutional, "
            }
        });
        let applies = [
            listed("payers", &self.payers, |at| PAYERS[at].0),
            listed("lines", &self.lines, |at| LINES[at].0),
            listed("states", &self.states, |at| STATES[at]),
            kinds.to_owned(),
            listed("procedures", &self.procedures, |at| ENTRIES[at].0),
            listed("modifiers", &self.modifiers, |at| MODIFIERS[at]),
            listed("places", &self.places, |at| PLACES[at]),
            listed("diagnoses", &self.diagnoses, |at| DIAGNOSES[at].0),
        ]
        .concat();
        let from = self.from.map_or_else(String::new, |day| {
            format!("/// effective: 2026-02-{day:02}..\n")
        });
        let (scope, function) = if self.per_line {
            ("line", "(claim, line) { line.info(\"x\") }")
        } else {
            ("claim", "(claim) { info(\"x\") }")
        };
        write!(
            text,
            "/// id: t/r{number}\n/// title: t\n/// hook: scrub\n/// severity: info\n/// scope: {scope}\n\
             /// status: {}\n/// rank: {}\n{from}/// applies: {{ {applies} }}\nfn r{number}{function}\n\n",
            STATUSES[self.status], self.rank
        )
        .expect("a text can be written to");
    }

    /// The lines that it speaks of (none is the claim), where it runs.
    fn runs(&self, claim: &Claim, payer: Option<&PayerProfile>) -> Option<Vec<Option<u32>>> {
        let picks = |limit: &Option<Vec<usize>>, fits: &dyn Fn(usize) -> bool| {
            limit
                .as_ref()
                .is_none_or(|values| values.iter().any(|at| fits(*at)))
        };
        let live = STATUSES[self.status] != "draft";
        let date = claim.service_from().unwrap_or(day("2026-03-02"));
        let effective = self
            .from
            .is_none_or(|from| day(&format!("2026-02-{from:02}")) <= date);
        let payers = picks(&self.payers, &|at| {
            payer.is_some_and(|payer| payer.key == PAYERS[at].0)
        });
        let lines = picks(&self.lines, &|at| {
            payer.is_some_and(|payer| payer.line == LINES[at].1)
        });
        let states = picks(&self.states, &|at| {
            payer.is_some_and(|payer| payer.state.as_deref() == Some(STATES[at]))
        });
        let kinds = self
            .kinds
            .is_none_or(|professional| professional == (claim.kind == ClaimKind::Professional));
        let sent: Vec<String> = claim
            .diagnoses
            .iter()
            .map(|diagnosis| diagnosis.code.text())
            .collect();
        let diagnoses = picks(&self.diagnoses, &|at| {
            sent.iter()
                .any(|code| DIAGNOSES[at].1.contains(&code.as_str()))
        });
        if !(live && effective && payers && lines && states && kinds && diagnoses) {
            return None;
        }
        let mut speaks = Vec::new();
        for line in &claim.lines {
            let code = line.procedure.as_ref().expect("every line has one").text();
            let place = line
                .place
                .as_ref()
                .or(claim.place.as_ref())
                .map(AsSent::text);
            let fits = picks(&self.procedures, &|at| {
                ENTRIES[at].1.contains(&code.as_str())
            }) && picks(&self.modifiers, &|at| {
                line.modifiers
                    .iter()
                    .any(|sent| sent.text() == MODIFIERS[at])
            }) && picks(&self.places, &|at| place.as_deref() == Some(PLACES[at]));
            if fits {
                speaks.push(Some(line.number));
            }
        }
        let asks_of_lines =
            self.procedures.is_some() || self.modifiers.is_some() || self.places.is_some();
        match (self.per_line, asks_of_lines) {
            (true, _) => (!speaks.is_empty()).then_some(speaks),
            (false, true) => (!speaks.is_empty()).then(|| vec![None]),
            (false, false) => Some(vec![None]),
        }
    }
}

fn build(
    lines: &[Line],
    diagnoses: &[usize],
    place: Option<usize>,
    professional: bool,
    date: u32,
) -> Claim {
    let codes: Vec<&str> = lines.iter().map(|(code, _, _)| CODES[*code]).collect();
    let mut claim = claim(&codes);
    claim.kind = if professional {
        ClaimKind::Professional
    } else {
        ClaimKind::Institutional
    };
    claim.place = place.map(|at| AsSent::read(PLACES[at]));
    claim.diagnoses = diagnoses
        .iter()
        .map(|at| Diagnosis {
            qualifier: "ABF".to_owned(),
            code: AsSent::read(SENT[*at]),
            present_on_admission: None,
        })
        .collect();
    for (line, (_, modifiers, place)) in claim.lines.iter_mut().zip(lines) {
        line.from = Some(day(&format!("2026-02-{date:02}")));
        line.to = line.from;
        line.modifiers = modifiers
            .iter()
            .map(|at| AsSent::read(MODIFIERS[*at]))
            .collect();
        line.place = place.map(|at| AsSent::read(PLACES[at]));
    }
    claim
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_index_finds_what_a_reading_of_every_card_finds(
        rules in prop::collection::vec(rule(), 1..24),
        claims in prop::collection::vec(claims(), 12),
    ) {
        let mut text = String::new();
        for (number, rule) in rules.iter().enumerate() {
            rule.write(number, &mut text);
        }
        let folder = pack(&[("r.rhai", &text)]);
        let set = load(folder.path()).unwrap_or_else(|error| panic!("{error}"));
        let mut worker = set.worker();
        let mut order: Vec<(i64, String, usize)> =
            rules.iter().enumerate().map(|(at, rule)| (rule.rank, format!("t/r{at}"), at)).collect();
        order.sort();
        for (lines, diagnoses, place, professional, of, date) in claims {
            let claim = build(&lines, &diagnoses, place, professional, date);
            let payer = of.map(|at| payer(PAYERS[at].0, PAYERS[at].1, Some(PAYERS[at].2)));
            let subject =
                ClaimSubject { payer: payer.as_ref(), ..ClaimSubject::of(&claim, day("2026-03-02")) };
            let mut outcome = Outcome::default();
            worker.judge(Hook::Scrub, Subject::Claim(&subject), context(), &mut outcome);
            let found: Vec<(String, Option<u32>)> = outcome
                .findings
                .iter()
                .map(|finding| {
                    let line = match finding.about { About::Line { line } => Some(line), _ => None };
                    (finding.rule.clone(), line)
                })
                .collect();
            let expected: Vec<(String, Option<u32>)> = order
                .iter()
                .flat_map(|(_, id, at)| {
                    let speaks = rules[*at].runs(&claim, payer.as_ref()).unwrap_or_default();
                    speaks.into_iter().map(move |line| (id.clone(), line))
                })
                .collect();
            prop_assert_eq!(&found, &expected);
            // Each rule either ran or is told of with the line of its card.
            let not_run = worker.not_run(Hook::Scrub, Subject::Claim(&subject), context());
            prop_assert_eq!(outcome.ran.len() + not_run.len(), rules.len());
            prop_assert!(not_run.iter().all(|not| !not.because.is_empty()));
        }
    }
}
