//! Other payers of a claim and what they decided: loop 2320 with 2330A and
//! 2330B.

use scrubjay_model::{AsSent, Coverage, CoverageOrder, Person, PriorPayment, Rarc, Relationship};
use scrubjay_x12::Loop;

use super::levels::{draft_payer, draft_sbr, read_coverage, relation};
use crate::ReadError;
use crate::adjustment::{by_group, draft_adjustments, read_adjustments};
use crate::draft::{Draft, DraftLoop};
use crate::party::{draft_person, read_person};
use crate::value::{amt, as_sent, d8, dtp_day};

/// MOA elements that hold remark codes.
const MOA_REMARKS: std::ops::RangeInclusive<usize> = 3..=7;

/// Place in the order of payment, for sorting.
pub(super) fn order(within: &Loop) -> CoverageOrder {
    CoverageOrder::from_x12(within.segment("SBR").map_or("", |sbr| sbr.element(1)))
}

pub(super) fn read(within: &Loop, patient: &Person) -> Result<Coverage, ReadError> {
    let (holder, payer) = (within.child("2330A"), within.child("2330B"));
    let mut coverage = read_coverage(within.segment("SBR"), holder, payer);
    coverage.subscriber = holder
        .map(|holder| Person {
            member: None,
            born: None,
            sex: None,
            ..read_person(holder)
        })
        // A patient who is the subscriber here too is not named twice.
        .filter(|holder| coverage.relationship != Relationship::Own || holder.name != patient.name)
        .map(|holder| Person {
            member: coverage.member.clone(),
            ..holder
        });
    coverage.paid = read_payment(within, payer)?;
    Ok(coverage)
}

fn read_payment(within: &Loop, payer: Option<&Loop>) -> Result<Option<PriorPayment>, ReadError> {
    let paid = amt(within, "D")?;
    let payment = PriorPayment {
        paid: paid.unwrap_or_default(),
        adjustments: by_group(read_adjustments(within)?),
        decided: payer.and_then(|payer| dtp_day(payer, "573")),
        patient_owes: amt(within, "EAF")?,
        payer: None,
        remarks: read_remarks(within),
    };
    Ok((paid.is_some() || payment != PriorPayment::default()).then_some(payment))
}

fn read_remarks(within: &Loop) -> Vec<AsSent<Rarc>> {
    within.segment("MOA").map_or_else(Vec::new, |moa| {
        MOA_REMARKS
            .filter_map(|at| as_sent(moa.element(at)))
            .collect()
    })
}

pub(super) fn draft(coverage: &Coverage, index: usize, patient: &Person) -> DraftLoop {
    let mut other = DraftLoop::listed("2320", index);
    other
        .segments
        .push(draft_sbr(coverage, relation(coverage.relationship)));
    // Benefits assigned and information released, as on the claim itself.
    let flags = Draft::new("OI").assumed(3, "Y").assumed(6, "Y");
    other.segments.push(flags.where_nothing_came());
    let own = coverage.relationship == Relationship::Own;
    let unnamed = Person {
        name: patient.name.clone(),
        ..Person::default()
    };
    let holder = coverage.subscriber.as_ref().or(own.then_some(&unnamed));
    if let Some(holder) = holder {
        // Birth date and sex have no place in 2330A.
        let named = Person {
            born: None,
            sex: None,
            ..holder.clone()
        };
        let member = coverage.member.as_ref().or(holder.member.as_ref());
        let member = member.map(|member| member.as_str());
        other
            .loops
            .push(draft_person("2330A", "IL", &named, member));
    }
    let mut payer = draft_payer("2330B", coverage);
    if let Some(payment) = &coverage.paid {
        other.segments.extend(draft_payment(payment));
        payer.segments.extend(payment.decided.map(draft_decided));
    }
    other.loops.push(payer);
    other
}

pub(super) fn draft_decided(day: chrono::NaiveDate) -> Draft {
    Draft::qualified("DTP", "573")
        .assumed(2, "D8")
        .owned(3, d8(day))
}

fn draft_payment(payment: &PriorPayment) -> Vec<Draft> {
    let mut drafts = draft_adjustments(&payment.adjustments);
    let paid = Draft::qualified("AMT", "D");
    drafts.push(if payment.paid.is_zero() {
        // Some name no amount where they paid nothing.
        paid.assumed(2, "0").where_nothing_came()
    } else {
        paid.owned(2, payment.paid.to_x12())
    });
    if let Some(owes) = payment.patient_owes {
        drafts.push(Draft::qualified("AMT", "EAF").owned(2, owes.to_x12()));
    }
    if !payment.remarks.is_empty() {
        let mut remarks = payment.remarks.iter().map(AsSent::text);
        drafts.push(MOA_REMARKS.fold(Draft::new("MOA"), |moa, at| {
            moa.owned(at, remarks.next().unwrap_or_default())
        }));
    }
    drafts
}
