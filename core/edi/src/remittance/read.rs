//! 835 into a remittance.

use chrono::NaiveDate;
use scrubjay_model::{
    AsSent, ClaimPaymentStatus, Person, ProviderAdjustment, Rarc, Remittance, RemittanceClaim,
    RemittanceLine,
};
use scrubjay_x12::{Guide, Loop, SegmentBuf, TransactionSet};

use super::{MIA_REMARKS, MOA_REMARKS};
use crate::adjustment::read_adjustments;
use crate::party::read_name;
use crate::value::{Place, amt, as_sent, day, loop_at, quantity, reference, text};
use crate::{ElementError, ReadError};

/// Reads an 835.
///
/// What the payment is for is read as it stands: reversals are negative
/// claims of status 22, and nothing is added up or made to balance. TS2 and
/// TS3 are sums of what follows and are passed over.
///
/// # Errors
/// Where it is no 835, has no payment or trace number, or an amount is no
/// number: money that cannot be read is never guessed.
pub fn read_remittance(set: &TransactionSet) -> Result<Remittance, ReadError> {
    if set.guide.map(Guide::transaction) != Some("835") {
        return Err(ReadError::WrongTransaction {
            at: set.position(),
            expected: "an 835",
        });
    }
    let root = &set.root;
    let head = |id: &'static str, element| {
        let segment = root.segment(id).ok_or(ReadError::MissingSegment {
            at: set.position(),
            loop_id: "ST",
            segment: id,
        })?;
        Ok(Place {
            within: root,
            segment,
            id,
            element,
        })
    };
    let (payment, trace) = (head("BPR", 2)?, head("TRN", 2)?);
    let (bpr, trn) = (payment.segment, trace.segment);
    let paid = payment.amount()?;
    let (payer, payee) = (root.child("1000A"), root.child("1000B"));
    let payee_n1 = payee.and_then(|payee| payee.segment("N1"));
    let mut claims = Vec::new();
    for claim in root
        .children("2000")
        .flat_map(|header| header.children("2100"))
    {
        let ordinal = u32::try_from(claims.len() + 1).unwrap_or(u32::MAX);
        claims.push(read_claim(claim, ordinal)?);
    }
    Ok(Remittance {
        paid: if bpr.element(3) == "D" { -paid } else { paid },
        method: bpr.element(4).trim().to_owned(),
        effective: day(bpr.element(16)).or_else(|| dtm(root, "405")),
        trace: text(trn.element(2))
            .ok_or_else(|| trace.error(ElementError::Missing))?
            .parse()
            .map_err(|_| trace.error(ElementError::NotAControlNumber))?,
        originator: trn.element(3).trim().to_owned(),
        payer_name: party_name(payer),
        payer_ids: payer.map(payer_ids).unwrap_or_default(),
        payee_name: party_name(payee),
        payee_npi: payee_n1
            .filter(|n1| n1.element(3) == "XX")
            .and_then(|n1| as_sent(n1.element(4))),
        payee_tax_id: payee.and_then(payee_tax_id),
        claims,
        provider_adjustments: read_provider_adjustments(root)?,
    })
}

fn party_name(party: Option<&Loop>) -> String {
    party
        .and_then(|party| party.segment("N1"))
        .map(|n1| n1.element(2).trim().to_owned())
        .unwrap_or_default()
}

/// The payee's tax number: N104 where its qualifier says so, else REF*TJ.
fn payee_tax_id(payee: &Loop) -> Option<String> {
    payee
        .segment("N1")
        .filter(|n1| n1.element(3) == "FI")
        .map(|n1| n1.element(4))
        .or_else(|| {
            payee
                .segments_with("REF")
                .find(|reference| reference.element(1) == "TJ")
                .map(|reference| reference.element(2))
        })
        .and_then(text)
}

/// REF*2U is the payer's own id and the most specific, then N104, then the others.
fn payer_ids(payer: &Loop) -> Vec<String> {
    let own = reference(payer, "2U");
    let named = payer.segment("N1").and_then(|n1| text(n1.element(4)));
    let others = payer
        .segments_with("REF")
        .filter_map(|other| text(other.element(2)));
    let mut ids: Vec<String> = Vec::new();
    for id in own.into_iter().chain(named).chain(others) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

fn dtm(within: &Loop, qualifier: &str) -> Option<NaiveDate> {
    within
        .qualified("DTM", qualifier)
        .and_then(|dtm| day(dtm.element(2)))
}

fn read_claim(within: &Loop, ordinal: u32) -> Result<RemittanceClaim, ReadError> {
    let clp = within.segment("CLP").ok_or(ReadError::MissingSegment {
        at: loop_at(within),
        loop_id: "2100",
        segment: "CLP",
    })?;
    let place = |element| Place {
        within,
        segment: clp,
        id: "CLP",
        element,
    };
    let patient = within.qualified("NM1", "QC").map(|nm1| Person {
        name: read_name(nm1),
        member: nm1.element(9).trim().parse().ok(),
        ..Person::default()
    });
    let from = dtm(within, "232");
    Ok(RemittanceClaim {
        ordinal,
        control: clp.element(1).trim().to_owned(),
        status: ClaimPaymentStatus::from(clp.element(2).trim().to_owned()),
        charge: place(3).amount()?,
        paid: place(4).optional_amount()?.unwrap_or_default(),
        patient_responsibility: place(5).optional_amount()?,
        filing_indicator: text(clp.element(6)),
        payer_control: clp.element(7).trim().parse().ok(),
        frequency: text(clp.element(9)),
        patient,
        forwarded_to: within
            .qualified("NM1", "TT")
            .and_then(|nm1| text(nm1.element(3))),
        from,
        to: dtm(within, "233").or(from),
        received: dtm(within, "050"),
        adjustments: read_adjustments(within)?,
        remarks: read_claim_remarks(within),
        lines: within
            .children("2110")
            .map(read_line)
            .collect::<Result<_, _>>()?,
    })
}

/// Remark codes of an inpatient (MIA) or another (MOA) claim.
fn read_claim_remarks(within: &Loop) -> Vec<AsSent<Rarc>> {
    let listed = |id, elements: [usize; 5]| {
        let segment = within.segment(id);
        elements
            .into_iter()
            .filter_map(move |at| segment.and_then(|segment| as_sent(segment.element(at))))
    };
    listed("MIA", MIA_REMARKS)
        .chain(listed("MOA", MOA_REMARKS))
        .collect()
}

fn read_line(within: &Loop) -> Result<RemittanceLine, ReadError> {
    let svc = within.segment("SVC").ok_or(ReadError::MissingSegment {
        at: loop_at(within),
        loop_id: "2110",
        segment: "SVC",
    })?;
    let amount = |element| {
        let place = Place {
            within,
            segment: svc,
            id: "SVC",
            element,
        };
        place.optional_amount().map(Option::unwrap_or_default)
    };
    let from = dtm(within, "472").or_else(|| dtm(within, "150"));
    Ok(RemittanceLine {
        qualifier: svc.component(1, 1).trim().to_owned(),
        procedure: as_sent(svc.component(1, 2)),
        modifiers: (3..=6)
            .filter_map(|at| as_sent(svc.component(1, at)))
            .collect(),
        charge: amount(2)?,
        paid: amount(3)?,
        units: quantity(svc.element(5)),
        from,
        to: dtm(within, "151").or(from),
        control: reference(within, "6R"),
        allowed: amt(within, "B6")?,
        adjustments: read_adjustments(within)?,
        remarks: within
            .segments_with("LQ")
            .filter(|lq| lq.element(1) == "HE")
            .filter_map(|lq| as_sent(lq.element(2)))
            .collect(),
    })
}

/// Up to six pairs of reason and amount a PLB.
fn read_provider_adjustments(root: &Loop) -> Result<Vec<ProviderAdjustment>, ReadError> {
    let mut all = Vec::new();
    for plb in root.segments_with("PLB") {
        for reason in (3..=13).step_by(2) {
            all.extend(read_provider_adjustment(root, plb, reason)?);
        }
    }
    Ok(all)
}

fn read_provider_adjustment(
    root: &Loop,
    plb: &SegmentBuf,
    reason: usize,
) -> Result<Option<ProviderAdjustment>, ReadError> {
    if plb.element(reason).is_empty() && plb.element(reason + 1).is_empty() {
        return Ok(None);
    }
    let amount = Place {
        within: root,
        segment: plb,
        id: "PLB",
        element: reason + 1,
    };
    Ok(Some(ProviderAdjustment {
        provider: plb.element(1).trim().to_owned(),
        period: day(plb.element(2)),
        reason: plb.component(reason, 1).trim().to_owned(),
        reference: text(plb.component(reason, 2)),
        amount: amount.amount()?,
    }))
}
