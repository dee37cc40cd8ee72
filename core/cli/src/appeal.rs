//! `scrubjay appeal`: draft, file, decide, withdraw, list, show, proof.

use std::io::Write;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use scrubjay::model::{AppealOutcome, AppealWay, ClaimId, Evidence, EvidenceKind, Money, RecordId};
use scrubjay::{AppealFilter, Filing, ListedAppeal, ProofOfFiling, ShownAppeal};

use crate::patients::{Looking, Signed, told};
use crate::table::Column::{Number, Text};
use crate::table::{dollars, print_table};

/// What to do about appeals.
#[derive(Debug, Subcommand)]
pub(crate) enum AppealCommand {
    /// Draft the appeal of a denied claim, with its letter.
    ///
    /// Exits with 1 where there is nothing to contest, or no level is left.
    Draft {
        /// Claim.
        claim: ClaimId,
        /// Level, where not the next one.
        #[arg(long)]
        level: Option<u8>,
        /// Why the decision is wrong: stands in the letter.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        signed: Signed,
    },
    /// Note that an appeal went to the payer, whose time runs from then on.
    File {
        /// Appeal, or its claim.
        appeal: RecordId,
        /// Day of it.
        #[arg(long, value_name = "DATE")]
        on: NaiveDate,
        /// By which way.
        #[arg(long, value_parser = ways())]
        way: AppealWay,
        /// Tracking, confirmation or reference number.
        #[arg(long, value_name = "TEXT")]
        reference: Option<String>,
        /// A document that went along: its kind and where it is kept, such as
        /// `medical_record=CHART-12`.
        #[arg(long, value_name = "KIND=REFERENCE", value_parser = document)]
        with: Vec<Evidence>,
        #[command(flatten)]
        signed: Signed,
    },
    /// Note what the payer decided.
    Decide {
        /// Appeal, or its claim.
        appeal: RecordId,
        /// Day of the decision.
        #[arg(long, value_name = "DATE")]
        on: NaiveDate,
        /// What came of it.
        #[arg(long, value_parser = outcomes())]
        outcome: AppealOutcome,
        /// How much was granted, where a part was.
        #[arg(long, value_name = "AMOUNT")]
        granted: Option<Money>,
        #[command(flatten)]
        signed: Signed,
    },
    /// Give up a draft.
    Withdraw {
        /// Appeal, or its claim.
        appeal: RecordId,
        #[command(flatten)]
        signed: Signed,
    },
    /// List appeals, oldest first.
    List {
        /// Only those that stand so, such as `filed`.
        #[arg(long)]
        state: Option<String>,
        /// Only those to this payer, by its key.
        #[arg(long)]
        payer: Option<String>,
        /// Only those of this claim.
        #[arg(long)]
        claim: Option<ClaimId>,
        #[command(flatten)]
        looking: Looking,
    },
    /// Show an appeal: its clocks, its documents, what is wanted, the proof of filing.
    Show {
        /// Appeal, or its claim.
        appeal: RecordId,
        #[command(flatten)]
        looking: Looking,
    },
    /// Show when a claim was filed and who acknowledged it, from the journal.
    Proof {
        /// Claim.
        claim: ClaimId,
        #[command(flatten)]
        looking: Looking,
    },
}

fn ways() -> impl TypedValueParser<Value = AppealWay> {
    PossibleValuesParser::new(AppealWay::ALL.map(AppealWay::as_str)).map(|named| {
        let mut all = AppealWay::ALL.into_iter();
        let found = all.find(|way| way.as_str() == named);
        found.unwrap_or(AppealWay::Mail)
    })
}

fn outcomes() -> impl TypedValueParser<Value = AppealOutcome> {
    PossibleValuesParser::new(AppealOutcome::ALL.map(AppealOutcome::as_str)).map(|named| {
        let mut all = AppealOutcome::ALL.into_iter();
        let found = all.find(|outcome| outcome.as_str() == named);
        found.unwrap_or(AppealOutcome::Upheld)
    })
}

fn document(text: &str) -> Result<Evidence, String> {
    let kinds = || EvidenceKind::ALL.map(EvidenceKind::as_str).join(", ");
    let (kind, reference) = text
        .split_once('=')
        .ok_or_else(|| "write the kind, `=`, and where it is kept".to_owned())?;
    Ok(Evidence {
        kind: EvidenceKind::from_name(kind)
            .ok_or_else(|| format!("`{kind}` is no kind of document; there are {}", kinds()))?,
        reference: reference.to_owned(),
    })
}

pub(crate) fn appeal(command: &AppealCommand) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match command {
        AppealCommand::Draft {
            claim,
            level,
            reason,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let folder = engine.config().denials.letters.clone();
            let done = engine.appeal(claim, *level, reason, &signed.by);
            told(&mut out, signed.json, done, |draft| {
                let by = draft.due.map_or_else(
                    || "; its time to file is not known: ask the payer".to_owned(),
                    |due| format!(", to be filed by {due} ({})", draft.source),
                );
                let mut lines = vec![format!(
                    "appeal {} of claim {}: level {}, {}, over {}{by}",
                    draft.appeal,
                    draft.claim,
                    draft.level,
                    draft.name,
                    dollars(draft.amount)
                )];
                lines.push(format!(
                    "  letter: {}",
                    folder.join(format!("{}.txt", draft.appeal)).display()
                ));
                lines.extend(draft.wanted.iter().map(wanted));
                lines.join("\n")
            })
        }
        AppealCommand::File {
            appeal,
            on,
            way,
            reference,
            with,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let filing = Filing {
                on: *on,
                way: *way,
                reference: reference.clone(),
                with: with.clone(),
            };
            let found = engine.find_appeal(appeal);
            let done = found.and_then(|appeal| engine.file_appeal(&appeal, &filing, &signed.by));
            told(&mut out, signed.json, done, |filed| {
                let late = match filed.timely {
                    Some(false) => "; it was filed after its time",
                    _ => "",
                };
                format!(
                    "appeal {} is filed; the payer decides by {}{late}",
                    filed.appeal, filed.decision_due
                )
            })
        }
        AppealCommand::Decide {
            appeal,
            on,
            outcome,
            granted,
            signed,
        } => {
            let mut engine = signed.place.engine()?;
            let found = engine.find_appeal(appeal);
            let done = found.and_then(|appeal| {
                engine.decide_appeal(&appeal, *on, *outcome, *granted, &signed.by)
            });
            told(&mut out, signed.json, done, |decided| {
                let mut said = format!("appeal {} is {}", decided.appeal, words(outcome.as_str()));
                if let Some(by) = decided.paid_by {
                    said.push_str(&format!("; its payment is expected by {by}"));
                }
                match decided.next {
                    Some((level, Some(due))) => {
                        said.push_str(&format!("; level {level} may be filed by {due}"));
                    }
                    Some((level, None)) => said.push_str(&format!("; level {level} is left")),
                    None if decided.open.is_positive() => said.push_str(
                        "; no level is left: `scrubjay denials write-off` gives it up with a reason",
                    ),
                    None => {}
                }
                said
            })
        }
        AppealCommand::Withdraw { appeal, signed } => {
            let mut engine = signed.place.engine()?;
            let found = engine.find_appeal(appeal);
            let done = found.and_then(|appeal| engine.withdraw_appeal(&appeal, &signed.by));
            told(&mut out, signed.json, done, |appeal| {
                format!("appeal {appeal} is given up")
            })
        }
        AppealCommand::List {
            state,
            payer,
            claim,
            looking,
        } => {
            let filter = AppealFilter {
                state: state.clone(),
                payer: payer.clone(),
                claim: claim.clone(),
            };
            let found = looking.place.engine()?.appeals(&filter);
            match found {
                Ok(listed) if !looking.json => {
                    list(&mut out, &listed)?;
                    Ok(ExitCode::SUCCESS)
                }
                found => told(&mut out, true, found, |_| String::new()),
            }
        }
        AppealCommand::Show { appeal, looking } => {
            let engine = looking.place.engine()?;
            let found = engine.find_appeal(appeal);
            let found = found.and_then(|appeal| engine.show_appeal(&appeal));
            told(&mut out, looking.json, found, show)
        }
        AppealCommand::Proof { claim, looking } => {
            let found = looking.place.engine()?.proof_of_filing(claim);
            told(&mut out, looking.json, found, |proof| {
                proof_lines(proof).join("\n")
            })
        }
    }
}

/// A name of scripts and reports, for people.
pub(crate) fn words(name: &str) -> String {
    name.replace('_', " ")
}

fn wanted(document: &scrubjay::WantedEvidence) -> String {
    match &document.reference {
        Some(reference) => format!("  has {}: {reference}", document.wanted),
        None => format!("  wants {} ({})", document.wanted, document.kind.as_str()),
    }
}

fn list(out: &mut impl Write, listed: &[ListedAppeal]) -> anyhow::Result<()> {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let rows = listed.iter().map(|one| {
        vec![
            one.appeal.to_string(),
            one.claim.to_string(),
            one.payer.clone(),
            one.level.to_string(),
            one.cause.map_or("", |cause| cause.as_str()).to_owned(),
            dollars(one.amount),
            words(one.state),
            day(one.due),
            day(one.filed),
            day(one.looked_at),
        ]
    });
    let columns = [
        Text("appeal"),
        Text("claim"),
        Text("payer"),
        Number("level"),
        Text("cause"),
        Number("amount"),
        Text("state"),
        Text("file by"),
        Text("filed"),
        Text("look on"),
    ];
    print_table(out, &columns, rows.collect())?;
    out.flush()?;
    Ok(())
}

fn show(shown: &ShownAppeal) -> String {
    let one = &shown.appeal;
    let mut lines = vec![
        format!(
            "appeal {} of claim {} to {}",
            one.appeal, one.claim, one.payer
        ),
        format!("  level {}, {} ({})", one.level, one.name, shown.source),
        format!("  over {}, {}", dollars(one.amount), words(one.state)),
    ];
    if let Some(cause) = one.cause {
        lines.push(format!("  root cause {}", words(cause.as_str())));
    }
    let due = one.due.map_or_else(
        || "its time to file is not known".to_owned(),
        |due| format!("to be filed by {due}"),
    );
    lines.push(format!("  drafted on {}, {due}", one.drafted));
    if let Some(filed) = one.filed {
        let how = one.filing.as_ref().map_or_else(String::new, |filing| {
            let reference = filing.reference.as_ref();
            let reference = reference.map_or_else(String::new, |text| format!(", {text}"));
            format!(" by {}, {}{reference}", filing.way.as_str(), filing.by)
        });
        lines.push(format!("  filed on {filed}{how}"));
    }
    if let Some(decision) = &one.decision {
        lines.push(format!(
            "  {} on {}, {} granted",
            words(decision.outcome.as_str()),
            decision.on,
            dollars(decision.granted)
        ));
    }
    lines.extend(shown.evidence.iter().map(wanted));
    lines.extend(
        proof_lines(&shown.proof)
            .into_iter()
            .map(|line| format!("  {line}")),
    );
    lines.join("\n")
}

fn proof_lines(proof: &ProofOfFiling) -> Vec<String> {
    let mut lines = vec![format!("filing of claim {}:", proof.claim)];
    let told = proof.lines();
    if told.is_empty() {
        lines.push("  it never left".to_owned());
    }
    lines.extend(
        told.into_iter()
            .map(|line| format!("  {}", line.trim_start_matches("- "))),
    );
    match proof.in_time() {
        Some(true) => lines.push("  it was filed in time".to_owned()),
        Some(false) => lines.push("  it was filed late".to_owned()),
        None => {}
    }
    lines
}
