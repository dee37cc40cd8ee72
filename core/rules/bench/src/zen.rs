//! zen-expression: one compiled expression a rule, run in one isolate.

use std::hint::black_box;
use std::sync::Arc;

use rust_decimal::Decimal;
use zen_expression::Isolate;
use zen_expression::compiler::Opcode;
use zen_expression::variable::{Symbol, Variable, VariableMap};

use crate::input::{Build, input};
use crate::own::Measured;
use crate::own::measure::{best, timed};
use crate::own::workload::{PAYERS, RULES_A_PAYER, RuleKind, rule};
use crate::peer::{Figures, message};

struct Zen;

impl<'c> Build<'c> for Zen {
    type Value = Variable;

    fn nothing(&self) -> Variable {
        Variable::Null
    }
    fn flag(&self, flag: bool) -> Variable {
        Variable::Bool(flag)
    }
    fn count(&self, count: i64) -> Variable {
        Variable::Number(Decimal::from(count))
    }
    fn amount(&self, amount: Decimal) -> Variable {
        Variable::Number(amount)
    }
    fn text(&self, text: &'c str) -> Variable {
        Variable::String(Symbol::from(text))
    }
    fn list(&self, values: Vec<Variable>) -> Variable {
        Variable::from_array(values)
    }
    fn record<const N: usize>(
        &self,
        _: &'static str,
        fields: [(&'static str, Variable); N],
    ) -> Variable {
        let mut map = VariableMap::with_capacity(N);
        for (name, value) in fields {
            map.insert(Symbol::from_static(name), value);
        }
        Variable::from_object(map)
    }
}

fn expression(payer: usize, at: usize) -> String {
    match rule(payer, at) {
        RuleKind::Filing { days } => {
            format!(
                "claim.received > claim.service_from + {days} and claim.frequency == 'original'"
            )
        }
        RuleKind::Diagnosis { .. } => "claim.patient.age < 18 and claim.place != '11'".to_owned(),
        RuleKind::Line { units, .. } => {
            format!(
                "claim.authorization == null and line.units > {units} and not('25' in line.modifiers)"
            )
        }
    }
}

/// Measures it.
pub fn measure(measured: &Measured) -> Figures {
    let mut isolate = Isolate::new();
    let (rules, compile) = timed(|| {
        let places = (0..PAYERS).flat_map(|payer| (0..RULES_A_PAYER).map(move |at| (payer, at)));
        let compiled = places.map(|(payer, at)| {
            let compiled = isolate.compile_standard(&expression(payer, at));
            Arc::clone(
                compiled
                    .unwrap_or_else(|error| panic!("{error}"))
                    .bytecode(),
            )
        });
        compiled.collect::<Vec<Arc<[Opcode]>>>()
    });
    let (_, build) = best(|| {
        for (claim, payer) in &measured.claims {
            black_box(input(&Zen, claim, payer));
        }
    });
    let (findings, whole) = best(|| {
        let mut findings = 0;
        for ((claim, payer), runs) in measured.claims.iter().zip(&measured.runs) {
            let mut found = Vec::new();
            let input = input(&Zen, claim, payer);
            isolate.set_environment(Zen.record("environment", [("claim", input.claim)]));
            for run in runs {
                if let Some(line) = run.line {
                    isolate.set_local(
                        Symbol::from_static("line"),
                        input.lines[line].shallow_clone(),
                    );
                }
                let answer = isolate.run_compiled(&rules[run.payer * RULES_A_PAYER + run.rule]);
                if matches!(answer, Ok(Variable::Bool(true))) {
                    found.push(message(run, claim));
                }
            }
            findings += black_box(found).len();
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
