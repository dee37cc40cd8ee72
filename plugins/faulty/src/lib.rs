//! A plugin that does everything wrong that safe code can, for tests of the
//! host. The setting `trick` says what; `only` names the one claim that it is
//! done to. Lies that safe code cannot tell are in `lies.c`.
#![forbid(unsafe_code)]

use std::str::FromStr;
use std::time::Duration;

use scrubjay_plugin::{
    About, Ask, Call, Claim, EffectKind, Finding, Hook, Host, Plugin, Refusal, export_plugin,
};

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trick {
    /// Nothing: says one finding and asks for one tag.
    None,
    PanicInOpen,
    Panic,
    Error,
    Flood,
    FloodEffects,
    Slow,
    Cancelled,
    Undeclared,
    Disallowed,
    BadEdit,
    BadLine,
    BadMessage,
    LongMessage,
    BadCode,
    EmptyRepair,
    Hang,
    Abort,
    Devour,
    Overflow,
}

const TRICKS: &[(&str, Trick)] = &[
    ("none", Trick::None),
    ("panic-in-open", Trick::PanicInOpen),
    ("panic", Trick::Panic),
    ("error", Trick::Error),
    ("flood", Trick::Flood),
    ("flood-effects", Trick::FloodEffects),
    ("slow", Trick::Slow),
    ("cancelled", Trick::Cancelled),
    ("undeclared", Trick::Undeclared),
    ("disallowed", Trick::Disallowed),
    ("bad-edit", Trick::BadEdit),
    ("bad-line", Trick::BadLine),
    ("bad-message", Trick::BadMessage),
    ("long-message", Trick::LongMessage),
    ("bad-code", Trick::BadCode),
    ("empty-repair", Trick::EmptyRepair),
    ("hang", Trick::Hang),
    ("abort", Trick::Abort),
    ("devour", Trick::Devour),
    ("overflow", Trick::Overflow),
];

impl FromStr for Trick {
    type Err = Refusal;

    fn from_str(name: &str) -> Result<Self, Refusal> {
        TRICKS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, trick)| *trick)
            .ok_or_else(|| Refusal::new(format!("there is no trick `{name}`")))
    }
}

/// The plugin.
#[derive(Debug)]
pub struct Faulty {
    trick: Trick,
    only: Option<String>,
}

impl Plugin for Faulty {
    const ABOUT: About = About::new("faulty", "0.1.0")
        .title("Does everything wrong")
        .vendor("The Scrubjay developers")
        .licence("MIT OR Apache-2.0")
        .hooks(&[Hook::Scrub, Hook::Submit])
        .effects(&[EffectKind::Tag, EffectKind::Repair])
        .payers(&["harborlight", "summit"]);

    fn open(host: &Host<'_>) -> Result<Self, Refusal> {
        let trick = host.setting("trick").unwrap_or("none").parse()?;
        if trick == Trick::PanicInOpen {
            panic!("this text must not be seen");
        }
        Ok(Self {
            trick,
            only: host.setting("only").map(str::to_owned),
        })
    }

    fn judge_claim(&self, claim: &Claim<'_>, call: &Call<'_>) -> Result<(), Refusal> {
        let concerned = self.only.is_none() || self.only.as_deref() == claim.id();
        let trick = if concerned { self.trick } else { Trick::None };
        // Said before the trick, so that tests see what becomes of it.
        let message = match call.earlier().count() {
            0 => "this claim was seen".to_owned(),
            earlier => format!("this claim was seen, and {earlier} before it"),
        };
        call.say(&Finding::info("seen", message));
        call.ask("seen", Ask::Tag { tag: "seen" });
        play(trick, claim, call)
    }
}

fn play(trick: Trick, claim: &Claim<'_>, call: &Call<'_>) -> Result<(), Refusal> {
    match trick {
        Trick::None | Trick::PanicInOpen => {}
        Trick::Panic => {
            let name = claim.patient().and_then(|patient| patient.last_name());
            panic!("the patient is {name:?}");
        }
        Trick::Error => {
            let _: i64 = "no number".parse()?;
        }
        Trick::Flood => {
            for _ in 0..1_000_000 {
                call.say(&Finding::info("flood", "one of very many"));
            }
        }
        Trick::FloodEffects => {
            for _ in 0..1_000_000 {
                call.ask("flood", Ask::Tag { tag: "flood" });
            }
        }
        Trick::Slow => std::thread::sleep(Duration::from_millis(80)),
        Trick::Cancelled => {
            while !call.is_cancelled() {
                std::thread::yield_now();
            }
            return Err(Refusal::cancelled());
        }
        Trick::Undeclared => call.ask(
            "undeclared",
            Ask::OpenTask {
                reason: "look",
                owner: "billing",
                days: 1,
            },
        ),
        Trick::Disallowed => call.ask(
            "disallowed",
            Ask::Repair {
                field: "referral",
                value: "R-1",
                reason: "form",
            },
        ),
        Trick::BadEdit => call.say(&Finding::block("An Edit", "its name has a space")),
        Trick::BadLine => call.say(&Finding::block("line", "about no line").line(99)),
        Trick::BadMessage => call.say(&Finding::block("message", "\u{1b}[2Jall gone")),
        Trick::LongMessage => call.say(&Finding::block("message", "x".repeat(1 << 20))),
        Trick::BadCode => call.say(&Finding::block("code", "no reason").prevents(&["not a code"])),
        Trick::EmptyRepair => call.ask(
            "repair",
            Ask::Repair {
                field: "referral",
                value: "",
                reason: "form",
            },
        ),
        Trick::Hang => loop {
            std::thread::sleep(Duration::from_secs(1));
        },
        Trick::Abort => std::process::abort(),
        Trick::Devour => {
            let mut all: Vec<Vec<u8>> = Vec::new();
            while all.len() < 4_096 {
                all.push(vec![1; 16 << 20]);
            }
            call.say(&Finding::info("devoured", format!("{} blocks", all.len())));
        }
        Trick::Overflow => {
            let depth = deeper(std::hint::black_box(0));
            call.say(&Finding::info("depth", depth.to_string()));
        }
    }
    Ok(())
}

/// Calls itself until the stack is over.
fn deeper(depth: u64) -> u64 {
    let room = std::hint::black_box([depth; 512]);
    if depth == u64::MAX {
        return depth;
    }
    deeper(depth + 1) + room[7]
}

export_plugin!(Faulty);
