//! The program `scrubjay`: arguments and printing over the engine.
#![forbid(unsafe_code)]

mod ack;
mod appeal;
mod ar;
mod auth;
mod build;
mod charge;
mod child;
mod claims;
mod codes;
mod correct;
mod db;
mod denials;
mod eligibility;
mod estimate;
mod happened;
mod hold;
mod known;
mod live;
mod patient;
mod patients;
mod place;
mod plugin;
mod register;
mod release;
mod remit;
mod report;
mod rules;
mod run;
mod scrub;
mod submit;
mod table;
mod version;
mod visit;
mod watch;
mod work;
mod x12;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// An embeddable revenue-cycle engine, as a program.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take in a folder's inbox, send clean claims, post remittances, report.
    ///
    /// Exits with 1 where a file was refused or could not be carried, 2 where the
    /// run itself failed.
    /// With `--watch` it goes on, file by file, until Ctrl-C.
    Run(run::WatchedRun),
    /// Judge the claims of files and folders, keeping nothing and needing no database.
    ///
    /// Each claim is checked by its X12 guide, by the rules at the hooks claim,
    /// scrub and submit, and against earlier claims of the run. What is found
    /// goes to the standard output, in the order of the files; the sums go to
    /// the standard error. No patient's data is shown but claims' numbers.
    /// Whether levels count up (HL) and what stands in ISA and GS is told by
    /// `x12 check`.
    ///
    /// Exits with 1 where a file or a claim could not be read, an envelope has a
    /// fault, or there was no claim at all (the rest is done); with 2 where the
    /// run itself failed; with 3 where `--deny` says so.
    Scrub(scrub::ScrubArguments),
    /// Print the figures as they stand, taking nothing in.
    Report(RunArguments),
    /// Fire the deadlines that are due and give them to someone, once each.
    Tick(run::TickArguments),
    /// Register the patients of CSV files, or look at what would be found.
    ///
    /// Exits with 1 where a row could not be used or a registration is to be
    /// mended; the rest is done.
    Register(register::RegisterArguments),
    /// Patients on file: list, show, pass.
    #[command(subcommand)]
    Patient(patient::PatientCommand),
    /// Visits: add, import, list, show, arrive, close, cancel, no-show, pass.
    #[command(subcommand)]
    Visit(visit::VisitCommand),
    /// Open work of claims, patients, visits and whatever else has any: list,
    /// close, assign.
    #[command(subcommand)]
    Work(work::WorkCommand),
    /// What became of claims: list, show, history, trace, build, hold,
    /// release, correct, submit, replace, void, states.
    #[command(subcommand)]
    Claims(claims::ClaimsCommand),
    /// Denials: list, show, write-off.
    #[command(subcommand)]
    Denials(denials::DenialsCommand),
    /// Appeals of denials: draft, file, decide, withdraw, list, show, proof.
    #[command(subcommand)]
    Appeal(appeal::AppealCommand),
    /// Prior authorizations and referrals: ask, list, show, record, cancel.
    #[command(subcommand)]
    Auth(auth::AuthCommand),
    /// Acknowledgments: list, show, missing.
    #[command(subcommand)]
    Ack(ack::AckCommand),
    /// What is open: how old it is (aging), and what to work first (worklist).
    #[command(subcommand)]
    Ar(ar::ArCommand),
    /// Charges of visits: add, import, list, show, missing, none, price, void.
    #[command(subcommand)]
    Charge(charge::ChargeCommand),
    /// Patients' cover: ask payers, list, show.
    #[command(subcommand)]
    Eligibility(eligibility::EligibilityCommand),
    /// What care will cost a patient: make, give, show, request.
    #[command(subcommand)]
    Estimate(estimate::EstimateCommand),
    /// Patients' accounts: list, show, history, pay, refund, return, write-off, move, hold, assist, protect, contact.
    #[command(subcommand)]
    Account(patients::account::AccountCommand),
    /// Statements to patients: run, resume, show.
    #[command(subcommand)]
    Statement(patients::statement::StatementCommand),
    /// Payment plans: offer, show, cancel.
    #[command(subcommand)]
    Plan(patients::plan::PlanCommand),
    /// Collection within the law's guards: run, step, validated, export, paid, recall.
    #[command(subcommand)]
    Collect(patients::collect::CollectCommand),
    /// Remittances: list, show, match, undo, set-aside, repost, enter, deposits,
    /// expected.
    #[command(subcommand)]
    Remit(remit::RemitCommand),
    /// The double-entry ledger: trial balance, one claim.
    #[command(subcommand)]
    Ledger(db::LedgerCommand),
    /// The database: verify, rebuild, backup.
    #[command(subcommand)]
    Db(db::DbCommand),
    /// Rule packs: new, check, fmt, diff, list, docs, publish, sign, pack, install.
    #[command(subcommand)]
    Rules(rules::RulesCommand),
    /// Native plugins: list, inspect, check, new, test, sign.
    #[command(subcommand)]
    Plugin(plugin::PluginCommand),
    /// Code sets and official tables: import, list, lookup, diff.
    #[command(subcommand)]
    Codes(codes::CodesCommand),
    /// X12 files: check, show, json, ack, balance.
    #[command(subcommand)]
    X12(x12::X12Command),
    /// The process of one plugin: started by the engine, and by nobody else.
    #[command(name = child::SUBCOMMAND, hide = true)]
    PluginChild,
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// Folder with `scrubjay.yaml` and the inbox; without `scrubjay.yaml`, a
    /// folder of X12 files.
    folder: PathBuf,
    /// Database, instead of `scrubjay.db` in the folder.
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// Print one JSON document instead of the report.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match arguments.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Scrub(arguments) => scrub::scrub(&arguments),
        Command::Report(arguments) => run::report(&arguments),
        Command::Tick(arguments) => run::tick(&arguments),
        Command::Register(arguments) => register::register(&arguments),
        Command::Patient(command) => patient::patient(&command),
        Command::Visit(command) => visit::visit(&command),
        Command::Work(command) => work::work(&command),
        Command::Claims(command) => claims::claims(&command),
        Command::Denials(command) => denials::denials(&command),
        Command::Appeal(command) => appeal::appeal(&command),
        Command::Auth(command) => auth::auth(&command),
        Command::Ack(command) => ack::ack(&command),
        Command::Ar(command) => ar::ar(&command),
        Command::Charge(command) => charge::charge(&command),
        Command::Eligibility(command) => eligibility::eligibility(&command),
        Command::Estimate(command) => estimate::estimate(&command),
        Command::Account(command) => patients::account::account(&command),
        Command::Statement(command) => patients::statement::statement(&command),
        Command::Plan(command) => patients::plan::plan(&command),
        Command::Collect(command) => patients::collect::collect(&command),
        Command::Remit(command) => remit::remit(&command),
        Command::Ledger(command) => db::ledger(&command),
        Command::Db(command) => db::db(&command),
        Command::Rules(command) => rules::rules(&command),
        Command::Plugin(command) => plugin::plugin(&command),
        Command::Codes(command) => codes::codes(&command),
        Command::X12(command) => x12::x12(&command),
        Command::PluginChild => child::serve(),
    };
    match ended {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("scrubjay: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether whoever read our output has stopped reading, as `head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    use std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == BrokenPipe)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|error| error.io_error_kind() == Some(BrokenPipe))
    })
}
