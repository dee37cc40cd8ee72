//! The script engine: Rhai with our vocabulary, its own limits and nothing else.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMathPackage,
    BasicStringPackage, MoreStringPackage, Package,
};
use rhai::{
    AST, Caches, Dynamic, Engine, EvalAltResult, Identifier, Module, OptimizationLevel, ParseError,
    Position, Scope,
};

use crate::api::{self, Entry, Fault};
use crate::frame::Frame;
use crate::inside::{Recorder, SharedRecorder, Twin, line_of, notes};
use crate::limits;
use crate::rule::Rule;

/// Words of Rhai that a rule has no use for: code made at run time, other
/// files, the terminal, and a way to hide a fault.
const NOT_FOR_RULES: [&str; 9] = [
    "eval", "import", "export", "print", "debug", "try", "catch", "exit", "sleep",
];

/// A compiled rule, with what a run of it needs beside it: of a thousand rules,
/// what lies elsewhere in memory is seldom in the processor's cache.
#[derive(Debug)]
pub(crate) struct Compiled {
    ast: AST,
    /// Names of the parameters; the second is empty for a rule about the claim.
    takes: [Identifier; 2],
    /// For a rule that brings functions of its own.
    own: Option<Box<Own>>,
    /// Where the rule's twin was compiled in its stead.
    twin: Option<Box<Twin>>,
}

/// Functions that one rule has, with what the engine has looked up among them:
/// helpers of two rules may have one name.
#[derive(Debug)]
struct Own {
    functions: Arc<Module>,
    caches: Caches,
}

/// What a worker keeps from run to run.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    scope: Scope<'static>,
    /// What the engine has looked up for rules that have no functions of their
    /// own: the same names and kinds of value then mean the same function.
    caches: Caches,
}

impl Compiled {
    fn of(rule: &Rule, ast: AST, twin: Option<Twin>) -> Self {
        let name = |at: usize| rule.takes.get(at).map(String::as_str).unwrap_or_default();
        Self {
            takes: [name(0).into(), name(1).into()],
            own: ast.has_functions().then(|| {
                Box::new(Own {
                    functions: ast.shared_lib().clone(),
                    caches: Caches::new(),
                })
            }),
            ast,
            twin: twin.map(Box::new),
        }
    }
}

/// One engine with its frame. Every worker has its own: sharing one between
/// threads is slower than one thread.
pub(crate) struct Script {
    pub(crate) engine: Engine,
    pub(crate) frame: Arc<Mutex<Frame>>,
    pub(crate) entries: Vec<Entry>,
    /// Where rules are run by their twins.
    pub(crate) recorder: Option<SharedRecorder>,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl Script {
    pub(crate) fn new() -> Self {
        Self::with_optimization(OptimizationLevel::Simple)
    }

    pub(crate) fn with_optimization(level: OptimizationLevel) -> Self {
        let mut engine = Engine::new_raw();
        register_language(&mut engine);
        engine
            .set_optimization_level(level)
            .set_strict_variables(true)
            .set_fast_operators(false)
            .set_fail_on_invalid_map_property(true)
            .set_max_operations(limits::MAX_STEPS)
            .set_max_call_levels(limits::MAX_DEPTH)
            .set_max_string_size(limits::MAX_TEXT)
            .set_max_array_size(limits::MAX_LIST)
            .set_max_map_size(limits::MAX_MAP)
            .set_max_variables(limits::MAX_VARIABLES)
            .set_max_expr_depths(limits::MAX_EXPRESSION, limits::MAX_EXPRESSION)
            .set_max_modules(0);
        for word in NOT_FOR_RULES {
            engine.disable_symbol(word);
        }
        let frame = Arc::new(Mutex::new(Frame::default()));
        let entries = api::register(&mut engine, &frame);
        Self {
            engine,
            frame,
            entries,
            recorder: None,
        }
    }

    /// An engine that runs the twins of rules: for tools, since it is slower.
    pub(crate) fn recording() -> (Self, SharedRecorder) {
        let mut script = Self::new();
        // A twin takes more steps, and nests deeper, than its rule.
        script
            .engine
            .set_max_operations(limits::MAX_STEPS * 20)
            .set_max_expr_depths(limits::MAX_EXPRESSION * 4, limits::MAX_EXPRESSION * 4);
        let recorder = Recorder::register(&mut script.engine, &script.entries, &script.frame);
        script.recorder = Some(Arc::clone(&recorder));
        (script, recorder)
    }

    /// Compiles one function with what it calls.
    pub(crate) fn compile(&self, text: &str) -> Result<AST, ParseError> {
        self.engine.compile(text)
    }

    /// A text without the spaces and comments that mean nothing; `None` where
    /// it does not compile.
    pub(crate) fn compact(&self, text: &str) -> Option<String> {
        self.engine.compact_script(text).ok()
    }

    /// Compiles a rule as its worker runs it: the body as a statement over its
    /// parameters.
    pub(crate) fn compile_rule(&self, rule: &Rule) -> Result<Compiled, ParseError> {
        let mut parameters = Scope::new();
        for name in &rule.takes {
            parameters.push_dynamic(name.as_str(), Dynamic::UNIT);
        }
        if let Some(recorder) = &self.recorder {
            let twin = notes(recorder).twin_of(rule);
            if let Some(twin) = twin {
                match self.engine.compile_with_scope(&parameters, &twin.text) {
                    Ok(ast) => return Ok(Compiled::of(rule, ast, Some(twin))),
                    Err(_) => notes(recorder).give_up(rule),
                }
            }
        }
        let ast = self
            .engine
            .compile_with_scope(&parameters, &rule.runnable.text)?;
        Ok(Compiled::of(rule, ast, None))
    }

    /// Runs a compiled rule on its arguments.
    pub(crate) fn run<const N: usize>(
        &self,
        compiled: &mut Compiled,
        stage: &mut Stage,
        arguments: [Dynamic; N],
    ) -> Result<(), Box<EvalAltResult>> {
        let Some(recorder) = &self.recorder else {
            return self.evaluate(compiled, stage, arguments);
        };
        let line = line_of(&arguments);
        let done = self.evaluate(compiled, stage, arguments);
        let (said, asked) = {
            let frame = api::frame(&self.frame);
            (frame.said.len(), frame.effects.len())
        };
        notes(recorder).end_call(line, done.is_err(), said, asked);
        done.map_err(|mut error| {
            if let Some(twin) = &compiled.twin {
                put_in_the_rule(&mut error, twin);
            }
            error
        })
    }

    fn evaluate<const N: usize>(
        &self,
        compiled: &mut Compiled,
        stage: &mut Stage,
        arguments: [Dynamic; N],
    ) -> Result<(), Box<EvalAltResult>> {
        let Stage { scope, caches } = stage;
        scope.clear();
        for (name, argument) in compiled.takes.iter().zip(arguments) {
            scope.push_dynamic(name.clone(), argument);
        }
        // A fresh state counts the steps of this run alone.
        let mut state = self.engine.new_global_runtime_state();
        let caches = match &mut compiled.own {
            Some(own) => {
                state.lib.push(own.functions.clone());
                &mut own.caches
            }
            None => caches,
        };
        #[expect(
            deprecated,
            reason = "the one way in that keeps look-up caches; Rhai is pinned"
        )]
        let done =
            self.engine
                .eval_statements_raw(&mut state, caches, scope, compiled.ast.statements());
        // A call that finds no function ends the rule and is looked up all the
        // same: names that a script makes up must not fill the memory.
        if done.is_err() && caches.fn_resolution_cache_mut().dict.len() > limits::MAX_LOOKED_UP {
            *caches = Caches::new();
        }
        done.map(drop)
    }

    /// Every name that can be called, ours and Rhai's.
    pub(crate) fn callable(&self) -> BTreeSet<String> {
        self.engine
            .collect_fn_metadata(None, |info| Some(info.metadata.name.to_string()), true)
            .into_iter()
            .collect()
    }
}

/// What of Rhai's own functions rules can call.
pub(crate) fn register_language(engine: &mut Engine) {
    ArithmeticPackage::new().register_into_engine(engine);
    BasicStringPackage::new().register_into_engine(engine);
    MoreStringPackage::new().register_into_engine(engine);
    BasicArrayPackage::new().register_into_engine(engine);
    BasicIteratorPackage::new().register_into_engine(engine);
    BasicMathPackage::new().register_into_engine(engine);
}

/// Puts an error of a twin at its place in the rule.
fn put_in_the_rule(error: &mut EvalAltResult, twin: &Twin) {
    if let EvalAltResult::ErrorInFunctionCall(_, _, inner, _) = error {
        put_in_the_rule(inner, twin);
    }
    let place = twin.place(error.position());
    error.set_position(place);
}

/// Why a call was stopped, in words without data, and where.
pub(crate) fn told(error: &EvalAltResult) -> (String, Position) {
    if let EvalAltResult::ErrorInFunctionCall(_, _, inner, _) = error {
        return told(inner);
    }
    let text = match error {
        EvalAltResult::ErrorRuntime(value, _) => match value.read_lock::<Fault>() {
            Some(ours) => ours.0.clone(),
            None => "it threw an error".to_owned(),
        },
        EvalAltResult::ErrorTooManyOperations(_) => {
            format!(
                "it took more than {} steps: a loop may never end",
                limits::MAX_STEPS
            )
        }
        EvalAltResult::ErrorStackOverflow(_) => {
            format!(
                "its calls go more than {} deep: a function may call itself without end",
                limits::MAX_DEPTH
            )
        }
        EvalAltResult::ErrorDataTooLarge(..) => "a text or list grew too large".to_owned(),
        EvalAltResult::ErrorTooManyVariables(_) => "it has too many variables".to_owned(),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => format!("there is no `{signature}`"),
        EvalAltResult::ErrorDotExpr(text, _) => property_text(text),
        EvalAltResult::ErrorPropertyNotFound(name, _) => format!("there is no property `{name}`"),
        EvalAltResult::ErrorVariableNotFound(name, _) => format!("there is no variable `{name}`"),
        EvalAltResult::ErrorIndexingType(_, _) => {
            "this value has no parts to read by `[...]` or `.name`".to_owned()
        }
        EvalAltResult::ErrorArrayBounds(..) | EvalAltResult::ErrorStringBounds(..) => {
            "it reads beyond the end of a list or text".to_owned()
        }
        EvalAltResult::ErrorArithmetic(text, _) if text.contains("ivision by zero") => {
            "it divides by zero".to_owned()
        }
        EvalAltResult::ErrorArithmetic(..) => {
            "a number grew too large, or cannot be worked out".to_owned()
        }
        EvalAltResult::ErrorMismatchDataType(wanted, got, _) => {
            format!("it has {got} where {wanted} is wanted")
        }
        EvalAltResult::ErrorDataRace(..) => {
            "a value is read while a list of it is gone through: take the list first, `let lines = claim.lines;`".to_owned()
        }
        EvalAltResult::ErrorFor(_) => "`for` wants a list".to_owned(),
        EvalAltResult::ErrorParsing(..) => "it does not compile".to_owned(),
        _ => "it cannot go on".to_owned(),
    };
    (text, error.position())
}

/// `Unknown property 'x' - a getter is not registered for type 'claim'`, in our words.
fn property_text(text: &str) -> String {
    let mut quoted = text.split('\'').skip(1).step_by(2);
    match (quoted.next(), quoted.next()) {
        (Some(name), Some("()")) => {
            format!("`.{name}` is read from a missing value: ask `is_missing()` first")
        }
        (Some(name), Some(kind)) => format!("a {kind} has no `.{name}`"),
        _ => "there is no such property".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rhai::CallFnOptions;

    use super::*;
    use crate::api::frame;

    fn call(script: &Script, text: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        let ast = script.compile(text).unwrap();
        let options = CallFnOptions::new().eval_ast(false);
        script
            .engine
            .call_fn_with_options(options, &mut Scope::new(), &ast, "f", ())
    }

    #[test]
    fn what_a_rule_says_is_never_worked_out_when_it_is_compiled() {
        for level in [
            OptimizationLevel::None,
            OptimizationLevel::Simple,
            OptimizationLevel::Full,
        ] {
            let script = Script::with_optimization(level);
            let text =
                "fn f() { block(\"said\"); warn(\"field\", \"said\"); tag(\"t\"); `${today()}` }";
            let ast = script.compile(text).unwrap();
            for day in ["2026-03-02", "2026-03-03"] {
                {
                    let mut frame = frame(&script.frame);
                    frame.today = day.parse().unwrap();
                    frame.room = 10;
                    frame.said.clear();
                    frame.effects.clear();
                }
                let options = CallFnOptions::new().eval_ast(false);
                let said: String = script
                    .engine
                    .call_fn_with_options(options, &mut Scope::new(), &ast, "f", ())
                    .unwrap();
                let frame = frame(&script.frame);
                assert_eq!((frame.said.len(), frame.effects.len()), (2, 1), "{level:?}");
                assert_eq!(said, day, "{level:?}");
            }
        }
    }

    /// Rules share what was looked up by name and kinds of value, and an operator
    /// is looked up otherwise than a function: no rule may make one the other.
    #[test]
    fn no_operator_can_be_called_by_its_name() {
        let script = Script::new();
        for (operator, as_written) in [("+", "1 + 2"), ("&", "true & false"), ("==", "1 == 2")] {
            let written = format!("fn f() {{ {as_written} }}");
            assert!(call(&script, &written).is_ok(), "{operator}");
            let by_name = format!("fn f() {{ let named = Fn(\"{operator}\"); named.call(1, 2) }}");
            assert!(call(&script, &by_name).is_err(), "{operator}");
        }
    }

    /// What rules rely on in Rhai itself, so that an upgrade that changes it shows.
    #[test]
    fn operators_do_what_rules_rely_on() {
        let script = Script::new();
        for (expression, expected) in [
            ("7 / 2", "3"),
            ("7.0 / 2", "3.5"),
            ("0.1 + 0.2 == 0.3", "true"),
            ("100.10 * 3", "300.30"),
            ("10 - 12.50", "-2.50"),
            ("-7 % 3", "-1"),
            ("1 + 2 * 3", "7"),
            ("!(1 > 2) && 2 >= 2", "true"),
            ("\"a\" + 1", "a1"),
            ("\"B\" > \"A\"", "true"),
            ("\"10\" < \"9\"", "true"),
            ("1 == 1.0", "true"),
            ("() ?? 5", "5"),
            ("[1, 2, 3].some(|n| n > 2)", "true"),
            ("[1, 2, 3].filter(|n| n > 1).len()", "2"),
            ("\"J0696\" in [\"J0696\"]", "true"),
            ("\"696\" in \"J0696\"", "true"),
            ("\"J0696\".starts_with(\"J\")", "true"),
            ("\"J0696\".sub_string(1, 2)", "06"),
            ("if 1 > 2 { \"a\" } else { \"b\" }", "b"),
            ("switch 5 { 1 => \"a\", 5 => \"b\", _ => \"c\" }", "b"),
            ("date(\"2024-02-29\").plus_years(1)", "2025-02-28"),
            ("date(\"2026-01-31\").plus_months(1)", "2026-02-28"),
            ("date(\"2026-03-02\") - date(\"2026-02-20\")", "10"),
            ("date(\"2026-03-02\").plus_days(-2)", "2026-02-28"),
            ("date(\"2026-02-28\") + 2", "2026-03-02"),
            ("date(\"2026-03-02\") - 2", "2026-02-28"),
            ("(date(\"2026-03-02\") + 30) - date(\"2026-03-02\")", "30"),
            ("100.10 * 3 - 0.30 >= 300", "true"),
            ("date(\"2025-02-22\").next_business_day()", "2025-02-24"),
            (
                "date(\"2008-02-29\").years_until(date(\"2026-02-28\"))",
                "17",
            ),
            (
                "date(\"2008-02-29\").years_until(date(\"2026-03-01\"))",
                "18",
            ),
            ("\"78701-1234\".without(\"- \")", "787011234"),
            ("\"W19XXXA\".within(\"V00-Y99\")", "true"),
            (
                "\"\".is_missing() && ().is_missing() && !\"x\".is_missing()",
                "true",
            ),
        ] {
            let value = call(
                &script,
                &format!("fn f() {{ let x = {expression}; `${{x}}` }}"),
            )
            .unwrap_or_else(|error| panic!("{expression}: {error}"));
            assert_eq!(value.to_string(), expected, "{expression}");
        }
    }
}
