//! Lists: the loops that every rule would write.

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, INT, NativeCallContext};

use super::compare::kind_of;
use super::{Api, Kind, fault};

pub(crate) fn register(api: &mut Api<'_>) {
    const LIST: Kind = Kind::List(&Kind::Any);
    const TEST: &[(&str, Kind)] = &[("test", Kind::Any)];
    api.call(
        LIST,
        "any",
        TEST,
        Kind::Bool,
        "Whether the test holds for one of them: `claim.lines.any(|l| l.charge > 500)`.",
        |calls: NativeCallContext<'_>,
         list: Array,
         test: FnPtr|
         -> Result<bool, Box<EvalAltResult>> {
            for entry in list {
                if holds(&calls, &test, entry)? {
                    return Ok(true);
                }
            }
            Ok(false)
        },
    )
    .call(
        LIST,
        "all",
        TEST,
        Kind::Bool,
        "Whether the test holds for each of them; so it does where there are none.",
        |calls: NativeCallContext<'_>,
         list: Array,
         test: FnPtr|
         -> Result<bool, Box<EvalAltResult>> {
            for entry in list {
                if !holds(&calls, &test, entry)? {
                    return Ok(false);
                }
            }
            Ok(true)
        },
    )
    .call(
        LIST,
        "count",
        TEST,
        Kind::Number,
        "For how many of them the test holds: `claim.lines.count(|l| l.has_modifier(\"GZ\"))`.",
        |calls: NativeCallContext<'_>,
         list: Array,
         test: FnPtr|
         -> Result<INT, Box<EvalAltResult>> {
            let mut count = 0;
            for entry in list {
                count += INT::from(holds(&calls, &test, entry)?);
            }
            Ok(count)
        },
    );
}

fn holds(
    calls: &NativeCallContext<'_>,
    test: &FnPtr,
    entry: Dynamic,
) -> Result<bool, Box<EvalAltResult>> {
    let answer: Dynamic = test.call_within_context(calls, (entry,))?;
    answer.as_bool().map_err(|_| {
        fault(format!(
            "the test of a list is true or false, not {}",
            kind_of(&answer).with_article()
        ))
    })
}
