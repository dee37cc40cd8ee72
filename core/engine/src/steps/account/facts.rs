//! All that is known of an account on a day, gathered for rules and guards.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use scrubjay_hooks::{
    AccountSubject, CollectionStep, Collector, Contact, GoodFaithEstimate, OwedClaim,
    StatementSent, Subject,
};
use scrubjay_model::{
    AccountNumber, Address, AsSent, Claim, EstimateKind, Money, Patient, PatientAccount,
    PatientKey, PayerProfile, PaymentPlan, Person, Record, RecordId, RecordKey, RecordKind,
    Responsibility, ResponsibleParty,
};
use scrubjay_store::{ClaimRow, Reader, RecordFilter};

use super::hours::times_in;
use crate::{Config, EngineError};

/// A claim of an account with what is open on it.
#[derive(Debug, Clone)]
pub(crate) struct Owed {
    pub(crate) row: ClaimRow,
    pub(crate) claim: Claim,
    pub(crate) insurance: Money,
    pub(crate) patient: Money,
}

impl Owed {
    /// Whether no payer has a say in it any more.
    pub(crate) fn is_patients(&self) -> bool {
        matches!(
            self.row.status.responsibility,
            Responsibility::Patient | Responsibility::None
        )
    }
}

/// Whether somebody is under eighteen on a day, as far as is known.
pub(crate) fn is_minor(person: &Person, today: NaiveDate) -> bool {
    let age = person.born.and_then(|born| today.years_since(born));
    age.is_some_and(|years| years < 18)
}

/// What is known of an account.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) account: PatientAccount,
    pub(crate) claims: Vec<Owed>,
    /// The patient.
    pub(crate) person: Option<Person>,
    /// Who is written to: the guarantor or the patient; of a child without a
    /// guarantor, the subscriber.
    pub(crate) billed: Option<Person>,
    /// The payment plan that counts, with its id.
    pub(crate) plan: Option<(RecordId, PaymentPlan)>,
    pub(crate) estimate: Option<GoodFaithEstimate>,
    pub(crate) statements: Vec<StatementSent>,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) at: DateTime<Utc>,
}

impl Facts {
    /// Gathers what is known of an account whose figures stand as the ledger says.
    pub(crate) fn of(
        reader: &dyn Reader,
        account: PatientAccount,
        at: DateTime<Utc>,
    ) -> Result<Self, EngineError> {
        let mut claims = Vec::new();
        for owed in &account.claims {
            let row = reader.claim(&owed.claim)?;
            let document = reader.claim_document(&owed.claim)?;
            // A claim that a purge has given up is settled.
            let Some((row, claim)) = row.zip(document) else {
                continue;
            };
            let insurance = reader.balance(&row.id, ResponsibleParty::Insurance)?;
            claims.push(Owed {
                row,
                claim,
                insurance,
                patient: owed.balance,
            });
        }
        let registered = registered(reader, &account.patient)?;
        let newest = claims.iter().max_by_key(|owed| owed.row.service_from);
        let on_claim = newest.map(|owed| owed.claim.patient.clone());
        let person = registered.as_ref().map(|patient| patient.person.clone());
        let billed = registered.as_ref().map(|patient| patient.billed().clone());
        let today = at.date_naive();
        let mut billed = billed.or_else(|| on_claim.clone());
        if billed
            .as_ref()
            .is_some_and(|person| is_minor(person, today))
        {
            // A child owes nothing itself: whoever insures it is written to.
            let coverage = newest.and_then(|owed| owed.claim.coverages.first());
            let insured = coverage.and_then(|coverage| coverage.subscriber.clone());
            billed = insured.filter(|person| !is_minor(person, today)).or(billed);
        }
        // Who answers for the bills and gave no address is written to at the patient's.
        if let Some(billed) = billed.as_mut().filter(|billed| billed.address.is_none()) {
            let known = [person.as_ref(), on_claim.as_ref()].into_iter().flatten();
            let known: Vec<&Address> = known.filter_map(|one| one.address.as_ref()).collect();
            billed.address = known.first().map(|address| (*address).clone());
        }
        let statements = account.dealings.statements();
        let statements = statements.map(|(issued, owed)| StatementSent { issued, owed });
        let last = account.dealings.contacts.iter().copied();
        let contacts = last.filter(|one| (0..7).contains(&(today - one.on).num_days()));
        Ok(Self {
            plan: plan_of(reader, &account.number)?,
            estimate: estimate_of(reader, &account, &claims)?,
            statements: statements.collect(),
            contacts: contacts.collect(),
            billed,
            person: person.or(on_claim),
            account,
            claims,
            at,
        })
    }

    pub(crate) fn today(&self) -> NaiveDate {
        self.at.date_naive()
    }

    /// What the patient can be asked for now: what no payer has a say in, and
    /// what an agency asks for.
    pub(crate) fn asked(&self) -> Money {
        let owed = self.claims.iter().filter(|owed| owed.is_patients());
        let owed: Money = owed.map(|owed| owed.patient).sum();
        let placed = self.account.dealings.placed();
        owed - self.account.unapplied + placed.map_or(Money::ZERO, |placed| placed.amount())
    }

    /// The state that the patient lives in.
    pub(crate) fn state(&self) -> Option<&str> {
        let address = self.billed.as_ref()?.address.as_ref()?;
        Some(address.state.as_str()).filter(|state| !state.is_empty())
    }

    /// The first day on which the patient owed.
    pub(crate) fn owed_since(&self) -> Option<NaiveDate> {
        let owed = self.claims.iter().filter(|owed| owed.is_patients());
        owed.map(|owed| {
            let made = owed.row.created.date_naive();
            owed.row.first_decided.unwrap_or(made)
        })
        .min()
    }

    /// The time where the patient lives: of the two ends of a state that lies in
    /// two zones, the one that is further from midday.
    pub(crate) fn local_time(&self) -> Option<NaiveTime> {
        let (west, east) = times_in(self.state()?, self.at)?;
        let noon = NaiveTime::from_hms_opt(12, 0, 0)?;
        let off = |time: NaiveTime| (time - noon).num_minutes().abs();
        let (west, east) = (west.time(), east.time());
        Some(if off(west) > off(east) { west } else { east })
    }

    pub(crate) fn collector(&self) -> Collector {
        match self.account.dealings.placed() {
            Some(_) => Collector::ThirdParty,
            None => Collector::Practice,
        }
    }

    /// The payer, where all claims have the same one.
    fn payer<'c>(&self, config: &'c Config) -> Option<&'c PayerProfile> {
        let (first, others) = self.claims.split_first()?;
        let same = others.iter().all(|owed| owed.row.payer == first.row.payer);
        let payer = config.payer_by_key(&first.row.payer).filter(|_| same)?;
        Some(&payer.profile)
    }

    /// Shows the account as rules see it.
    pub(crate) fn show<T>(
        &self,
        config: &Config,
        next: Option<CollectionStep>,
        see: impl FnOnce(Subject<'_>) -> T,
    ) -> T {
        let claims: Vec<OwedClaim<'_>> = self
            .claims
            .iter()
            .map(|owed| OwedClaim {
                claim: &owed.claim,
                payer: config.payer_by_key(&owed.row.payer).map(|it| &it.profile),
                status: owed.row.status,
                insurance_owes: owed.insurance,
                patient_owes: owed.patient,
            })
            .collect();
        let dealings = &self.account.dealings;
        let receipts = dealings.receipts.iter();
        let held = receipts.filter(|receipt| receipt.returned.is_none());
        let subject = AccountSubject {
            claims: &claims,
            patient: self.person.as_ref(),
            payer: self.payer(config),
            statements: &self.statements,
            // Every statement of ours is itemized.
            itemized: self.statements.first().map(|sent| sent.issued),
            plan: self
                .plan
                .as_ref()
                .map(|(_, plan)| plan.status(self.today())),
            owed_since: self.owed_since(),
            patient_paid: held.map(|receipt| receipt.on).max(),
            payer_paid: self
                .claims
                .iter()
                .filter_map(|owed| owed.row.last_paid)
                .max(),
            state: self.state(),
            estimate: self.estimate,
            assistance: dealings.assistance,
            assistance_notice: dealings.final_notice(),
            surprise: dealings.surprise,
            collector: self.collector(),
            validation_notice: dealings.validation_notice,
            contacts: &self.contacts,
            facility: config.patients.facility,
            facility_state: config.patients.state.as_deref(),
            local_time: self.local_time(),
            next,
            ..AccountSubject::of(&self.account)
        };
        see(Subject::Account(&subject))
    }
}

/// The patient as registered. An account that was made before has the key of the
/// person, by which one who is registered later is found.
fn registered(reader: &dyn Reader, key: &PatientKey) -> Result<Option<Patient>, EngineError> {
    if let Some(Record::Patient(patient)) = reader.record(&key.into())? {
        return Ok(Some(*patient));
    }
    let filter = RecordFilter {
        kind: Some(RecordKind::Patient),
        parent: Some(RecordKey::from(key).id),
        ..RecordFilter::default()
    };
    let rows = reader.records(&filter)?;
    let last = rows.last().map(|row| reader.record(&row.key)).transpose()?;
    Ok(match last.flatten() {
        Some(Record::Patient(patient)) => Some(*patient),
        _ => None,
    })
}

/// The plan of an account that counts: the last one that was not given up.
pub(crate) fn plan_of(
    reader: &dyn Reader,
    account: &AccountNumber,
) -> Result<Option<(RecordId, PaymentPlan)>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Plan),
        parent: Some(RecordKey::from(account).id),
        ..RecordFilter::default()
    };
    for row in reader.records(&filter)?.into_iter().rev() {
        if let Some(Record::Plan { id, plan }) = reader.record(&row.key)?
            && plan.cancelled.is_none()
        {
            return Ok(Some((id, *plan)));
        }
    }
    Ok(None)
}

/// The last good-faith estimate that was given for services that are billed.
fn estimate_of(
    reader: &dyn Reader,
    account: &PatientAccount,
    claims: &[Owed],
) -> Result<Option<GoodFaithEstimate>, EngineError> {
    let filter = RecordFilter {
        kind: Some(RecordKind::Estimate),
        patient: Some(account.patient.clone()),
        state: Some("given".to_owned()),
        ..RecordFilter::default()
    };
    for row in reader.records(&filter)?.into_iter().rev() {
        let Some(Record::Estimate(estimate)) = reader.record(&row.key)? else {
            continue;
        };
        let Some(given) = estimate
            .given
            .filter(|_| estimate.kind == EstimateKind::GoodFaith)
        else {
            continue;
        };
        let names = |line: &scrubjay_model::ServiceLine| {
            let code = line.procedure.as_ref().map(AsSent::text);
            let mut named = estimate.lines.iter();
            named.any(|one| code.as_deref() == Some(one.procedure.as_str()))
        };
        let of_day = claims.iter().filter(|owed| {
            estimate
                .service
                .is_none_or(|day| owed.row.service_from == Some(day))
        });
        let billed: Money = of_day
            .flat_map(|owed| &owed.claim.lines)
            .filter(|line| names(line))
            .map(|line| line.charge)
            .sum();
        if billed.is_positive() {
            let expected = estimate.lines.iter().map(|line| line.expected).sum();
            return Ok(Some(GoodFaithEstimate {
                given,
                expected,
                billed,
            }));
        }
    }
    Ok(None)
}
