//! A patient's cover at the hook `eligibility`, and what comes of it.

use scrubjay_hooks::{Effect, EffectKind, EligibilitySubject, GoodFaithEstimate, Hook, Subject};
use scrubjay_model::{
    Billing, Encounter, EncounterId, EstimateKind, InquiryRecord, Money, Patient, PayerProfile,
    ProcedureCode, Record, RecordId, RecordKey, RecordKind, WorkKind,
};
use scrubjay_store::{Cause, Reader, RecordFilter};

use super::{is_with, latest_about, open_once, payer_of, payer_of_id, switch, want};
use crate::EngineError;
use crate::desk::Desk;
use crate::steps::authorization;
use crate::steps::judged::{because_of, judge_record};

/// What this step carries out itself.
const CAN: [EffectKind; 3] = [
    EffectKind::VerifyCoverage,
    EffectKind::RequireAuthorization,
    EffectKind::Route,
];

/// Whether work was opened for what rules hold: it names them, and nothing else.
pub(super) fn is_held_by_rules(reason: &str) -> bool {
    reason.split(", ").all(|rule| !rule.contains(' '))
}

/// Whose cover is judged, and by which question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged<'j> {
    pub(super) patient: &'j Patient,
    pub(super) visit: Option<&'j Encounter>,
    /// `None` where nobody is asked, or no answer has come.
    pub(super) inquiry: Option<&'j InquiryRecord>,
}

/// Judges a patient's cover, and carries out what the rules ask for. What holds
/// it is work on the record that was judged.
pub(super) fn judge(
    desk: &mut Desk<'_>,
    record: &RecordKey,
    judged: &Judged<'_>,
) -> Result<(), EngineError> {
    let Judged {
        patient,
        visit,
        inquiry,
    } = *judged;
    let config = desk.config;
    let booked = visit.map(|visit| visit.service_date());
    let day = inquiry.map(|inquiry| inquiry.service).or(booked);
    let coverages = patient.coverages_on(day.unwrap_or_else(|| desk.today()));
    let coverage = match inquiry {
        Some(inquiry) => {
            let mut with = coverages.iter();
            with.find(|coverage| is_with(config, coverage, &inquiry.payer))
        }
        None => coverages.first(),
    };
    let payer = match (coverage, inquiry) {
        (Some(coverage), _) => payer_of(config, coverage),
        (None, Some(inquiry)) => payer_of_id(config, &inquiry.payer),
        (None, None) => None,
    };
    let latest = match (
        inquiry,
        coverage.and_then(|coverage| coverage.payer.as_ref()),
    ) {
        (None, Some(payer)) => latest_about(desk.tx.as_ref(), config, &patient.key, payer)?,
        _ => None,
    };
    let answer = inquiry
        .or(latest.as_ref())
        .and_then(|one| one.answer.as_ref());
    let payers: Vec<PayerProfile> = config
        .payers
        .iter()
        .map(|payer| payer.profile.clone())
        .collect();
    let estimate = match visit {
        Some(visit) => estimate_given(desk.tx.as_ref(), &visit.id)?,
        None => None,
    };
    let service_types = inquiry.map_or(&[][..], |inquiry| &inquiry.service_types);
    let subject = EligibilitySubject {
        coverage,
        coverages: &coverages,
        payer: payer.map(|payer| &payer.profile),
        payers: &payers,
        answer: answer.map(|answer| &**answer),
        // One type alone is what was asked about; of several, none.
        service_type: match service_types {
            [only] => Some(only),
            _ => None,
        },
        visit: visit.map(|visit| &**visit),
        estimate,
        msp: Some(&patient.msp),
        ..EligibilitySubject::of(&patient.person)
    };
    let found = judge_record(
        desk,
        Hook::Eligibility,
        record,
        Subject::Eligibility(&subject),
        &CAN,
    )?;
    if !found.held_by.is_empty() {
        open_once(desk, record, found.held_by.join(", "))?;
    }
    for (rule, effect) in found.effects {
        let cause = because_of(&rule, &found.ran);
        carry_out(desk, judged, &rule, cause, effect)?;
    }
    Ok(())
}

fn carry_out(
    desk: &mut Desk<'_>,
    judged: &Judged<'_>,
    rule: &str,
    cause: Cause,
    effect: Effect,
) -> Result<(), EngineError> {
    let Judged { patient, visit, .. } = *judged;
    match effect {
        Effect::VerifyCoverage { reason } => {
            let reason = format!("{reason} ({rule})");
            want(desk, &patient.key, visit.map(|visit| &visit.id), &reason)
        }
        Effect::RequireAuthorization { procedure, reason } => {
            let reason = format!("{reason} ({rule})");
            require_authorization(desk, judged, procedure.as_ref(), &reason)
        }
        Effect::Route { payer, reason } => {
            let reason = format!("{reason} ({rule})");
            switch::put_first(desk, judged, &payer, &reason, &cause)
        }
        // Everything else was refused before.
        _ => Ok(()),
    }
}

/// The payer wants to be asked before the service. Without a visit that is for
/// whoever books one.
fn require_authorization(
    desk: &mut Desk<'_>,
    judged: &Judged<'_>,
    procedure: Option<&ProcedureCode>,
    reason: &str,
) -> Result<(), EngineError> {
    if let Some(visit) = judged.visit {
        return authorization::require(desk, &visit.id, procedure, reason);
    }
    // Without a visit there is nothing to ask for yet: somebody must know.
    let what = procedure.map_or_else(|| "what is planned".to_owned(), ToString::to_string);
    let reason = format!("an authorization is wanted for {what}: {reason}");
    let record = RecordKey::from(&judged.patient.key);
    let open = desk.tx.record_work(&record)?;
    if open.iter().any(|item| item.reason == reason) {
        return Ok(());
    }
    desk.open_record_work(WorkKind::Authorization, &record, Money::ZERO, reason)
}

/// The good-faith estimate that the patient was given for a visit, with what
/// was billed for the visit so far.
pub(super) fn estimate_given(
    reader: &dyn Reader,
    visit: &EncounterId,
) -> Result<Option<GoodFaithEstimate>, EngineError> {
    let of_visit = |kind| -> Result<Vec<Record>, EngineError> {
        let parent: RecordId = RecordKey::from(visit).id;
        let mut records = Vec::new();
        for row in reader.records(&RecordFilter {
            kind: Some(kind),
            parent: Some(parent),
            ..RecordFilter::default()
        })? {
            records.extend(reader.record(&row.key)?);
        }
        Ok(records)
    };
    let mut last: Option<(chrono::NaiveDate, Money)> = None;
    for record in of_visit(RecordKind::Estimate)? {
        if let Record::Estimate(estimate) = record
            && estimate.kind == EstimateKind::GoodFaith
            && let Some(given) = estimate.given
            && last.is_none_or(|(day, _)| day <= given)
        {
            last = Some((given, estimate.expected()));
        }
    }
    let Some((given, expected)) = last else {
        return Ok(None);
    };
    let mut billed = Money::ZERO;
    for record in of_visit(RecordKind::Charge)? {
        if let Record::Charge(charge) = record
            && matches!(charge.billing, Billing::Billed { .. })
        {
            billed += charge.amount;
        }
    }
    Ok(Some(GoodFaithEstimate {
        given,
        expected,
        billed,
    }))
}
