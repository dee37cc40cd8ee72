//! What a host and its people do to patients' accounts: step 9.

use chrono::{DateTime, NaiveDate, Utc};
use scrubjay_hooks::{CollectionStep, ContactKind};
use scrubjay_model::{
    AccountNumber, ClaimId, HoldKind, Letter, Money, PatientAccount, PaymentWay, Record, RecordId,
    RecordKind, Statement, StatementNumber, WriteOffReason,
};
use scrubjay_store::{Cause, RecordFilter, Stamp};

use super::Engine;
use crate::EngineError;
use crate::desk::Desk;
use crate::once::{Call, Keyed, Once, once};
use crate::steps::account;
use crate::steps::account::agency;
use crate::steps::account::agency_file::{self, AgencyFile};
use crate::steps::account::assistance::{self, AssistanceDecision};
use crate::steps::account::by_hand::{self, AccountFact, ContactNoted};
use crate::steps::account::collection::{self, StepDone};
use crate::steps::account::delivery::{self, LetterSent};
use crate::steps::account::error::PatientAccountError;
use crate::steps::account::guard::Stop;
use crate::steps::account::letter::{self, Written};
use crate::steps::account::look::{self, AccountsTick};
use crate::steps::account::money::{self, Payment};
use crate::steps::account::plan::{self, AgreedPlan};
use crate::steps::account::returned;
use crate::steps::account::review;

/// Makes a call of the engine, and the same under an idempotency key.
macro_rules! calls {
    ($($(#[$docs:meta])* $name:ident($($argument:ident: $kind:ty),* $(,)?) -> $done:ty = |$number:ident, $desk:ident| $run:expr;)+) => {
        impl Engine {
            $(
                $(#[$docs])*
                ///
                /// # Errors
                /// [`PatientAccountError`](crate::PatientAccountError) where it cannot be
                /// done, and where the store fails; nothing has changed then.
                pub fn $name(&mut self, account: &AccountNumber, $($argument: $kind,)* by: &str) -> Result<$done, EngineError> {
                    signed(by)?;
                    let stamp = self.call_stamp(stringify!($name), Some(by), None);
                    let $number = account;
                    self.at_desk(stamp, None, |$desk| $run)
                }
            )+
        }

        impl Keyed<'_> {
            $(
                #[doc = concat!("As [`Engine::", stringify!($name), "`].")]
                ///
                /// # Errors
                /// As there, and where the key was used for something else.
                pub fn $name(self, account: &AccountNumber, $($argument: $kind,)* by: &str) -> Result<Once<$done>, EngineError> {
                    signed(by)?;
                    let asked = serde_json::to_vec(&(account, $(&$argument,)* by));
                    // Numbers, amounts and words are always written.
                    let asked = asked.unwrap_or_default();
                    let call = Call::new(&self.key, stringify!($name), &[&asked]);
                    once(self.engine, &call, |engine| {
                        let stamp = engine.call_stamp(stringify!($name), Some(by), Some(&call));
                        let $number = account;
                        engine.at_desk(stamp, Some(&call), |$desk| $run)
                    })
                }
            )+
        }
    };
}

fn signed(by: &str) -> Result<(), EngineError> {
    match by.trim().is_empty() {
        true => Err(PatientAccountError::Unsigned.into()),
        false => Ok(()),
    }
}

/// Notes why something was done.
fn because(desk: &mut Desk<'_>, account: &AccountNumber, why: &str) -> Result<(), EngineError> {
    let text = why.trim().to_owned();
    if text.is_empty() {
        return Err(PatientAccountError::Unsigned.into());
    }
    let promised = None;
    by_hand::note(desk, account, AccountFact::Note { text, promised }).map(drop)
}

calls! {
    /// Takes a patient's payment. `told` names what is to go to which claim; the
    /// rest goes to the oldest that the patient owes, and what is left then waits
    /// on the account as a credit.
    take_patient_payment(amount: Money, way: PaymentWay, told: &[(ClaimId, Money)]) -> Payment =
        |account, desk| money::take_payment(desk, account, amount, way, told);

    /// Gives money back: what no claim has taken up, and what was overpaid.
    refund_patient(amount: Money, reason: &str) -> PatientAccount = |account, desk| {
        because(desk, account, reason)?;
        money::refund(desk, account, amount)
    };

    /// Moves what the patient has paid on a claim to another claim.
    move_patient_payment(from: &ClaimId, to: &ClaimId, amount: Money, reason: &str) -> PatientAccount = |account, desk| {
        because(desk, account, reason)?;
        money::transfer(desk, account, from, to, amount)
    };

    /// The bank has taken a payment back; `receipt` is its number on the account.
    return_patient_payment(receipt: usize, reason: &str) -> PatientAccount = |account, desk| {
        because(desk, account, reason)?;
        returned::payment_returned(desk, account, receipt)
    };

    /// Gives up what a patient owes, the oldest first.
    give_up_patient_balance(why: WriteOffReason, amount: Money, reason: &str) -> PatientAccount = |account, desk| {
        because(desk, account, reason)?;
        money::give_up(desk, account, why, amount)
    };

    /// Gives up all that a patient owes and no payer has a say in.
    give_up_all(why: WriteOffReason, reason: &str) -> PatientAccount = |account, desk| {
        because(desk, account, reason)?;
        money::give_up_all(desk, account, why)
    };

    /// Holds an account: no statement, no reminder and no collection until it is released.
    hold_account(kind: HoldKind, reason: &str) -> PatientAccount = |account, desk| {
        because(desk, account, reason)?;
        by_hand::hold(desk, account, kind)
    };

    /// Ends a hold.
    release_account(kind: HoldKind, reason: &str) -> PatientAccount = |account, desk| {
        because(desk, account, reason)?;
        by_hand::release(desk, account, kind)
    };

    /// Lifts whatever has stopped an account's statements, be it a rule or a person.
    /// Guards and rules are asked again at the next look.
    resume_statements(reason: &str) -> PatientAccount = |account, desk| {
        because(desk, account, reason)?;
        by_hand::resume(desk, account)
    };

    /// Notes a fact on an account: a promise, a protection, the patient's word to stop.
    note_on_account(fact: AccountFact) -> PatientAccount =
        |account, desk| by_hand::note(desk, account, fact);

    /// Notes that the patient was spoken to at a time. A contact that broke a
    /// limit is noted too, and somebody is told.
    note_contact(kind: ContactKind, at: DateTime<Utc>) -> ContactNoted =
        |account, desk| by_hand::note_contact(desk, account, kind, at);

    /// The patient has applied for financial assistance: nothing is asked for while
    /// it is open, and what an agency has is taken back.
    apply_for_assistance() -> PatientAccount = |account, desk| assistance::apply(desk, account);

    /// Decides on an application for financial assistance.
    decide_assistance(decision: AssistanceDecision, reason: &str) -> PatientAccount = |account, desk| {
        because(desk, account, reason)?;
        assistance::decide(desk, account, decision)
    };

    /// Offers the patient, by letter, to pay in so many monthly instalments.
    offer_plan(instalments: u8) -> Letter = |account, desk| plan::offer(desk, account, instalments);

    /// Agrees on a plan of monthly instalments over what can be asked for now.
    agree_plan(instalments: u8, first: NaiveDate) -> AgreedPlan =
        |account, desk| plan::agree(desk, account, instalments, first);

    /// Gives a plan up.
    cancel_plan(reason: &str) -> RecordId = |account, desk| {
        because(desk, account, reason)?;
        plan::cancel(desk, account)
    };

    /// Takes a step of collection, within the guards and what rules say of it.
    take_collection_step(step: CollectionStep, reason: &str) -> StepDone = |account, desk| {
        because(desk, account, reason)?;
        collection::take_by_hand(desk, account, step)
    };

    /// An agency has collected, kept its fee, and sent the rest.
    agency_collected(amount: Money, fee: Money) -> PatientAccount =
        |account, desk| agency::collected(desk, account, amount, fee);
}

impl Engine {
    /// Brings patients' accounts up to a time: claims that became the patient's,
    /// plans, statements by their cycle, steps that rules ask for. [`Engine::tick`]
    /// does this with everything else.
    ///
    /// # Errors
    /// Where the store fails; nothing has changed then.
    pub fn bill_patients(&mut self, now: DateTime<Utc>) -> Result<AccountsTick, EngineError> {
        self.time.reach(now);
        let stamp = Stamp {
            at: now,
            ..self.stamp(Cause::Clock)
        };
        self.at_desk(stamp, None, look::look_at_due)
    }

    /// Hands every letter that waits to whoever carries letters: the notifier that
    /// the host gave, or the folder `letters`. One that is not taken over stays due.
    ///
    /// Each is looked at again before: one that no longer says what is owed, that a
    /// guard stands against by now, or that is older than the policy's `look` days is
    /// withdrawn, and written anew where that may be. Letters of an account on hold
    /// wait.
    ///
    /// # Errors
    /// Where the store fails; what was handed on before is journalled.
    pub fn deliver_letters(&mut self, now: DateTime<Utc>) -> Result<Vec<LetterSent>, EngineError> {
        let mut stamp = self.call_stamp("deliver_letters", None, None);
        stamp.at = now;
        let mut sent = self.at_desk(stamp, None, review::look_again)?;
        let due = delivery::due(self.store.read()?.as_ref(), &self.config, now)?;
        for letter in due {
            let handed = delivery::hand_on(&letter, self.notifier.as_ref());
            if handed.is_ok() {
                let mut stamp = self.call_stamp("deliver_letters", None, None);
                stamp.at = now;
                self.at_desk(stamp, None, |desk| delivery::delivered(desk, &letter))?;
            }
            sent.push(LetterSent {
                account: letter.account,
                name: letter.name.to_string(),
                kind: letter.kind,
                problem: handed.err().map(|error| error.to_string()),
                withdrawn: None,
            });
        }
        Ok(sent)
    }

    /// How many letters wait to be handed on, those of accounts on hold among them.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn letters_waiting(&self) -> Result<usize, EngineError> {
        let accounts = self.patient_accounts()?;
        let letters = accounts.iter().flat_map(|one| &one.dealings.letters);
        Ok(letters.filter(|letter| letter.waits()).count())
    }

    /// Writes what an agency must be told. `write` keeps the file; only where it
    /// has is it journalled that the agency was told. `again` writes once more what
    /// it was told on a day.
    ///
    /// # Errors
    /// Where there is no such agency, the file is not kept, or the store fails.
    pub fn export_to_agency(
        &mut self,
        agency: &str,
        again: Option<NaiveDate>,
        by: &str,
        write: &mut dyn FnMut(&AgencyFile) -> Result<(), EngineError>,
    ) -> Result<AgencyFile, EngineError> {
        signed(by)?;
        let stamp = self.call_stamp("export_to_agency", Some(by), None);
        self.at_desk(stamp, None, |desk| {
            let file = agency_file::export(desk, agency, again)?;
            write(&file)?;
            Ok(file)
        })
    }

    /// An account as the ledger has it now.
    ///
    /// # Errors
    /// Where there is none, or the store cannot be read.
    pub fn patient_account(&self, number: &AccountNumber) -> Result<PatientAccount, EngineError> {
        account::account(self.store.read()?.as_ref(), number)
    }

    /// Every account as the ledger has it now, in the order in which they were made.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn patient_accounts(&self) -> Result<Vec<PatientAccount>, EngineError> {
        let reader = self.store.read()?;
        let filter = RecordFilter {
            kind: Some(RecordKind::Account),
            ..RecordFilter::default()
        };
        let mut accounts = Vec::new();
        for row in reader.records(&filter)? {
            if let Some(Record::Account(kept)) = reader.record(&row.key)? {
                accounts.push(account::as_the_ledger_says(reader.as_ref(), *kept)?);
            }
        }
        Ok(accounts)
    }

    /// Everything that keeps a step of collection from being taken now, by the
    /// guards; nothing where it may be.
    ///
    /// # Errors
    /// Where there is no such account, or the store cannot be read.
    pub fn stops_of(
        &self,
        number: &AccountNumber,
        step: CollectionStep,
        at: DateTime<Utc>,
    ) -> Result<Vec<Stop>, EngineError> {
        let reader = self.store.read()?;
        let kept = account::account(reader.as_ref(), number)?;
        let facts = account::facts::Facts::of(reader.as_ref(), kept, at)?;
        let act = account::guard::Act::Step(step);
        Ok(account::guard::stops(&facts, act, &self.config.patients))
    }

    /// The time by the engine's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.time.now()
    }

    /// The day by which the practice goes: that of its clock, or of the last tick
    /// where a tick went ahead of it.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn today(&self) -> Result<NaiveDate, EngineError> {
        let last = self.store.read()?.last_row()?.map(|row| row.stamp.at);
        let now = self.time.now();
        Ok(last.map_or(now, |last| last.max(now)).date_naive())
    }

    /// The plan of an account that counts, with its id.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn plan_of(
        &self,
        number: &AccountNumber,
    ) -> Result<Option<(RecordId, scrubjay_model::PaymentPlan)>, EngineError> {
        account::facts::plan_of(self.store.read()?.as_ref(), number)
    }

    /// A statement as it was issued, and as it is written to the patient.
    ///
    /// # Errors
    /// Where there is none, or the store cannot be read.
    pub fn statement(&self, number: &StatementNumber) -> Result<(Statement, Written), EngineError> {
        let reader = self.store.read()?;
        let unknown = || PatientAccountError::UnknownStatement {
            statement: number.clone(),
        };
        let found = delivery::statement(reader.as_ref(), number)?.ok_or_else(unknown)?;
        let kept = account::account(reader.as_ref(), &found.account)?;
        let at = self.time.now();
        let facts = account::facts::Facts::of(reader.as_ref(), kept, at)?;
        let mut letters = facts.account.dealings.letters.iter();
        let letter = letters.find(|one| match &one.kind {
            scrubjay_model::LetterKind::Statement { number: of } => of == number,
            _ => false,
        });
        let letter = letter.ok_or_else(unknown)?;
        let written = letter::write(&self.config, &facts, letter, Some(&found));
        Ok((found, written))
    }
}
