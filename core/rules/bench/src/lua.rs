//! LuaJIT through mlua: one function a rule. Called from here rule by rule, as
//! an engine does that keeps rules apart; and once a claim, with the loop over
//! its rules in Lua too, which is the fastest way there is and keeps nothing apart.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hint::black_box;
use std::time::Duration;

use mlua::{Function, Lua, MultiValue, Value};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::input::{Build, Input, input};
use crate::own::Measured;
use crate::own::measure::{best, timed};
use crate::own::workload::{PAYERS, RULES_A_PAYER, RuleKind, Run, rule};
use crate::peer::{Figures, message};

/// Records are made by Lua functions, one a kind: a field's name is then looked
/// up when that is compiled and not for each value.
struct Tables<'l> {
    lua: &'l Lua,
    makers: RefCell<HashMap<&'static str, Function>>,
}

impl<'l> Tables<'l> {
    fn new(lua: &'l Lua) -> Self {
        let makers = RefCell::default();
        Self { lua, makers }
    }
}

impl<'c> Build<'c> for Tables<'_> {
    type Value = Value;

    fn nothing(&self) -> Value {
        Value::Nil
    }
    fn flag(&self, flag: bool) -> Value {
        Value::Boolean(flag)
    }
    fn count(&self, count: i64) -> Value {
        Value::Integer(count)
    }
    fn amount(&self, amount: Decimal) -> Value {
        Value::Number(amount.to_f64().unwrap_or(f64::NAN))
    }
    fn text(&self, text: &'c str) -> Value {
        Value::String(must(self.lua.create_string(text)))
    }
    fn list(&self, values: Vec<Value>) -> Value {
        Value::Table(must(self.lua.create_sequence_from(values)))
    }
    fn record<const N: usize>(
        &self,
        kind: &'static str,
        fields: [(&'static str, Value); N],
    ) -> Value {
        let mut makers = self.makers.borrow_mut();
        let maker = makers.entry(kind).or_insert_with(|| {
            let names = fields.each_ref().map(|(name, _)| format!("{name}_"));
            let sets = fields
                .each_ref()
                .map(|(name, _)| format!("{name} = {name}_"));
            let source = format!(
                "return function({}) return {{ {} }} end",
                names.join(", "),
                sets.join(", ")
            );
            function(self.lua, &source)
        });
        let values: MultiValue = fields.into_iter().map(|(_, value)| value).collect();
        must(maker.call(values))
    }
}

/// The benchmark is over where Lua refuses something.
fn must<T>(done: mlua::Result<T>) -> T {
    done.unwrap_or_else(|error| panic!("{error}"))
}

fn function(lua: &Lua, source: &str) -> Function {
    must(lua.load(source).eval())
}

fn source(payer: usize, at: usize) -> String {
    let condition = match rule(payer, at) {
        RuleKind::Filing { days } => {
            format!(
                "claim.received > claim.service_from + {days} and claim.frequency == 'original'"
            )
        }
        RuleKind::Diagnosis { .. } => "claim.patient.age < 18 and claim.place ~= '11'".to_owned(),
        RuleKind::Line { units, .. } => {
            format!(
                "claim.authorization == nil and line.units > {units} and not has(line.modifiers, '25')"
            )
        }
    };
    format!("return function(claim, line) return {condition} end")
}

/// Natives of the host would be slower: each call of one leaves compiled code.
const PRELUDE: &str = "
function has(list, value)
    for i = 1, #list do if list[i] == value then return true end end
    return false
end";

/// Gives the places, in the list of a claim's calls, of those that answered yes.
const DRIVER: &str = "
return function(rules, owed, n, claim, lines)
    local at, on = owed[n][1], owed[n][2]
    local found = nil
    for i = 1, #at do
        if rules[at[i]](claim, lines[on[i]]) then
            found = found or {}
            found[#found + 1] = i
        end
    end
    return found
end";

/// A Lua state with all rules, and how long compiling them took.
fn compiled() -> (Lua, Vec<Function>, Duration) {
    let lua = Lua::new();
    must(lua.load(PRELUDE).exec());
    let (rules, time) = timed(|| {
        let places = (0..PAYERS).flat_map(|payer| (0..RULES_A_PAYER).map(move |at| (payer, at)));
        places
            .map(|(payer, at)| function(&lua, &source(payer, at)))
            .collect()
    });
    (lua, rules, time)
}

fn build(tables: &Tables<'_>, measured: &Measured) -> Duration {
    let (_, time) = best(|| {
        for (claim, payer) in &measured.claims {
            black_box(input(tables, claim, payer));
        }
    });
    time
}

/// Measures it with one call a rule.
pub fn rule_by_rule(measured: &Measured) -> Figures {
    let (lua, rules, compile) = compiled();
    let tables = Tables::new(&lua);
    let build = build(&tables, measured);
    let (findings, whole) = best(|| {
        let mut findings = 0;
        for ((claim, payer), runs) in measured.claims.iter().zip(&measured.runs) {
            let mut found = Vec::new();
            let Input {
                claim: about,
                lines,
            } = input(&tables, claim, payer);
            for run in runs {
                let rule = &rules[run.payer * RULES_A_PAYER + run.rule];
                let answer = match run.line {
                    None => rule.call::<bool>(&about),
                    Some(line) => rule.call::<bool>((&about, &lines[line])),
                };
                if must(answer) {
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

/// Measures it with one call a claim.
pub fn claim_by_claim(measured: &Measured) -> Figures {
    let (lua, rules, compile) = compiled();
    let tables = Tables::new(&lua);
    let build = build(&tables, measured);
    // Compiling a loop whose callee changes at each turn costs more than it gives.
    must(lua.load("jit.off()").exec());
    let driver = function(&lua, DRIVER);
    let rules = must(lua.create_sequence_from(rules));
    // The calls that each claim is owed, counted from 1: rules, and lines or 0.
    let owed = must(lua.create_table());
    for runs in &measured.runs {
        let place = |run: &Run| run.payer * RULES_A_PAYER + run.rule + 1;
        let at = must(lua.create_sequence_from(runs.iter().map(place)));
        let line = |run: &Run| run.line.map_or(0, |line| line + 1);
        let on = must(lua.create_sequence_from(runs.iter().map(line)));
        must(owed.raw_push(must(lua.create_sequence_from([at, on]))));
    }
    let (findings, whole) = best(|| {
        let mut findings = 0;
        for (n, (claim, payer)) in measured.claims.iter().enumerate() {
            let Input {
                claim: about,
                lines,
            } = input(&tables, claim, payer);
            let lines = tables.list(lines);
            let yes = driver.call::<Option<Vec<usize>>>((&rules, &owed, n + 1, about, lines));
            let yes = must(yes).unwrap_or_default();
            let runs = &measured.runs[n];
            let found: Vec<String> = yes
                .iter()
                .map(|yes| message(&runs[yes - 1], claim))
                .collect();
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
