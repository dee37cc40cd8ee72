//! datalogic-rs: JSONLogic, one compiled logic a rule, values in an arena.

use std::hint::black_box;

use datalogic_rs::bumpalo::Bump;
use datalogic_rs::{DataValue, Engine, Logic};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::input::{Build, input};
use crate::own::Measured;
use crate::own::measure::{best, timed};
use crate::own::workload::{PAYERS, RULES_A_PAYER, RuleKind, rule};
use crate::peer::{Figures, message};

struct Arena<'a>(&'a Bump);

impl<'a> Build<'a> for Arena<'a> {
    type Value = DataValue<'a>;

    fn nothing(&self) -> DataValue<'a> {
        DataValue::Null
    }
    fn flag(&self, flag: bool) -> DataValue<'a> {
        DataValue::Bool(flag)
    }
    fn count(&self, count: i64) -> DataValue<'a> {
        DataValue::from_i64(count)
    }
    fn amount(&self, amount: Decimal) -> DataValue<'a> {
        DataValue::from_f64(amount.to_f64().unwrap_or(f64::NAN))
    }
    fn text(&self, text: &'a str) -> DataValue<'a> {
        DataValue::String(text)
    }
    fn list(&self, values: Vec<DataValue<'a>>) -> DataValue<'a> {
        DataValue::Array(self.0.alloc_slice_copy(&values))
    }
    fn record<const N: usize>(
        &self,
        _: &'static str,
        fields: [(&'static str, DataValue<'a>); N],
    ) -> DataValue<'a> {
        DataValue::Object(self.0.alloc_slice_copy(&fields))
    }
}

fn logic(payer: usize, at: usize) -> String {
    match rule(payer, at) {
        RuleKind::Filing { days } => format!(
            r#"{{"and":[{{">":[{{"var":"claim.received"}},{{"+":[{{"var":"claim.service_from"}},{days}]}}]}},{{"===":[{{"var":"claim.frequency"}},"original"]}}]}}"#
        ),
        RuleKind::Diagnosis { .. } => {
            r#"{"and":[{"<":[{"var":"claim.patient.age"},18]},{"!==":[{"var":"claim.place"},"11"]}]}"#.to_owned()
        }
        RuleKind::Line { units, .. } => format!(
            r#"{{"and":[{{"===":[{{"var":"claim.authorization"}},null]}},{{">":[{{"var":"line.units"}},{units}]}},{{"!":[{{"in":["25",{{"var":"line.modifiers"}}]}}]}}]}}"#
        ),
    }
}

/// Measures it.
pub fn measure(measured: &Measured) -> Figures {
    let engine = Engine::new();
    let (rules, compile) = timed(|| {
        let places = (0..PAYERS).flat_map(|payer| (0..RULES_A_PAYER).map(move |at| (payer, at)));
        let compiled = places.map(|(payer, at)| {
            let compiled = engine.compile(logic(payer, at).as_str());
            compiled.unwrap_or_else(|error| panic!("{error}"))
        });
        compiled.collect::<Vec<Logic>>()
    });
    let mut arena = Bump::new();
    let (_, build) = best(|| {
        for (claim, payer) in &measured.claims {
            black_box(input(&Arena(&arena), claim, payer));
            arena.reset();
        }
    });
    let (findings, whole) = best(|| {
        let mut findings = 0;
        for ((claim, payer), runs) in measured.claims.iter().zip(&measured.runs) {
            let mut found = Vec::new();
            let values = Arena(&arena);
            let input = input(&values, claim, payer);
            let about_claim = arena.alloc(values.record("data", [("claim", input.claim)]));
            for run in runs {
                let data: &DataValue<'_> = match run.line {
                    None => about_claim,
                    Some(line) => {
                        let fields = [("claim", input.claim), ("line", input.lines[line])];
                        arena.alloc(values.record("data", fields))
                    }
                };
                let rule = &rules[run.payer * RULES_A_PAYER + run.rule];
                let answer = engine.evaluate(rule, data, &arena);
                if answer.is_ok_and(|answer| answer.as_bool() == Some(true)) {
                    found.push(message(run, claim));
                }
            }
            findings += black_box(found).len();
            arena.reset();
        }
        findings
    });
    Figures {
        compile,
        build,
        whole,
        findings,
    }
}
