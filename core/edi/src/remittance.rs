//! 835 into a remittance (005010X221A1).

use scrubjay_model::{
    AsSent, ClaimPaymentStatus, Person, ProviderAdjustment, Rarc, Remittance, RemittanceClaim,
    RemittanceLine,
};
use scrubjay_x12::{Guide, Loop, SegmentBuf, TransactionSet};

use crate::ReadError;
use crate::values::{
    adjustments, at, day, loop_at, money, optional, optional_money, quantity, reference,
};

/// Reads an 835.
///
/// # Errors
/// Where it is no 835, has no payment or trace number, or an amount is no number:
/// money that cannot be read is never guessed.
pub fn read_remittance(set: &TransactionSet) -> Result<Remittance, ReadError> {
    if set.guide.map(Guide::transaction) != Some("835") {
        return Err(ReadError::WrongTransaction {
            at: set.position(),
            expected: "an 835",
        });
    }
    let root = &set.root;
    let head = |segment: &'static str| {
        root.segment(segment).ok_or(ReadError::Missing {
            at: set.position(),
            loop_id: "ST",
            segment,
        })
    };
    let (bpr, trn) = (head("BPR")?, head("TRN")?);
    let trace = trn
        .element(2)
        .trim()
        .parse()
        .map_err(|error| ReadError::Value {
            at: at(trn),
            segment: "TRN",
            element: 2,
            problem: format!("{error}"),
        })?;
    let paid = money(bpr, "BPR", 2)?;
    let production = root
        .qualified("DTM", "405")
        .and_then(|dtm| day(dtm.element(2)));
    let (payer, payee) = (root.child("1000A"), root.child("1000B"));
    let name = |party: Option<&Loop>| {
        party
            .and_then(|party| party.segment("N1"))
            .map(|n1| n1.element(2).trim().to_owned())
            .unwrap_or_default()
    };
    let mut claims = Vec::new();
    for claim in root
        .children("2000")
        .flat_map(|header| header.children("2100"))
    {
        claims.push(read_claim(
            claim,
            u32::try_from(claims.len() + 1).unwrap_or(u32::MAX),
        )?);
    }
    Ok(Remittance {
        paid: if bpr.element(3) == "D" { -paid } else { paid },
        method: bpr.element(4).to_owned(),
        effective: day(bpr.element(16)).or(production),
        trace,
        originator: trn.element(3).trim().to_owned(),
        payer_name: name(payer),
        payer_ids: payer.map(payer_ids).unwrap_or_default(),
        payee_name: name(payee),
        payee_npi: payee
            .and_then(|payee| payee.segment("N1"))
            .filter(|n1| n1.element(3) == "XX" && !n1.element(4).is_empty())
            .map(|n1| AsSent::read(n1.element(4))),
        claims,
        provider_adjustments: provider_adjustments(root)?,
    })
}

/// REF*2U is the payer's own id and the most specific, then N104, then the others.
fn payer_ids(payer: &Loop) -> Vec<String> {
    let mut ids = Vec::new();
    ids.extend(reference(payer, "2U"));
    ids.extend(payer.segment("N1").and_then(|n1| optional(n1.element(4))));
    ids.extend(
        payer
            .segments_with("REF")
            .filter_map(|other| optional(other.element(2))),
    );
    let mut seen = Vec::new();
    ids.retain(|id| {
        let new = !seen.contains(id);
        seen.push(id.clone());
        new
    });
    ids
}

fn read_claim(within: &Loop, ordinal: u32) -> Result<RemittanceClaim, ReadError> {
    let clp = within.segment("CLP").ok_or(ReadError::Missing {
        at: loop_at(within),
        loop_id: "2100",
        segment: "CLP",
    })?;
    let patient = within.qualified("NM1", "QC").map(|nm1| Person {
        name: crate::values::name(nm1),
        member: nm1.element(9).trim().parse().ok(),
        ..Person::default()
    });
    let mut lines = Vec::new();
    for line in within.children("2110") {
        lines.push(read_line(line)?);
    }
    Ok(RemittanceClaim {
        ordinal,
        control: clp.element(1).trim().to_owned(),
        status: ClaimPaymentStatus::from(clp.element(2).to_owned()),
        charge: money(clp, "CLP", 3)?,
        paid: money(clp, "CLP", 4)?,
        patient_responsibility: optional_money(clp, "CLP", 5)?,
        filing_indicator: optional(clp.element(6)),
        payer_control: clp.element(7).trim().parse().ok(),
        frequency: optional(clp.element(9)),
        patient,
        forwarded_to: within
            .qualified("NM1", "TT")
            .and_then(|nm1| optional(nm1.element(3))),
        from: date(within, "232"),
        to: date(within, "233"),
        received: date(within, "050"),
        adjustments: adjustments(within)?,
        remarks: claim_remarks(within),
        lines,
    })
}

fn date(within: &Loop, qualifier: &str) -> Option<chrono::NaiveDate> {
    within
        .qualified("DTM", qualifier)
        .and_then(|dtm| day(dtm.element(2)))
}

/// MOA03 to MOA07, MIA05 and MIA20 to MIA23.
fn claim_remarks(within: &Loop) -> Vec<AsSent<Rarc>> {
    let listed = |id: &str, elements: &[usize]| -> Vec<AsSent<Rarc>> {
        let codes = |segment: &SegmentBuf| {
            elements
                .iter()
                .filter_map(|at| optional(segment.element(*at)))
                .collect::<Vec<_>>()
        };
        within
            .segment(id)
            .map(codes)
            .unwrap_or_default()
            .iter()
            .map(|code| AsSent::read(code))
            .collect()
    };
    let mut remarks = listed("MIA", &[5, 20, 21, 22, 23]);
    remarks.extend(listed("MOA", &[3, 4, 5, 6, 7]));
    remarks
}

fn read_line(within: &Loop) -> Result<RemittanceLine, ReadError> {
    let svc = within.segment("SVC").ok_or(ReadError::Missing {
        at: loop_at(within),
        loop_id: "2110",
        segment: "SVC",
    })?;
    let from = date(within, "472").or_else(|| date(within, "150"));
    Ok(RemittanceLine {
        qualifier: svc.component(1, 1).to_owned(),
        procedure: optional(svc.component(1, 2)).map(|code| AsSent::read(&code)),
        modifiers: (3..=6)
            .filter_map(|at| optional(svc.component(1, at)))
            .map(|code| AsSent::read(&code))
            .collect(),
        charge: money(svc, "SVC", 2)?,
        paid: money(svc, "SVC", 3)?,
        units: quantity(svc.element(5)),
        from,
        to: date(within, "151").or(from),
        control: reference(within, "6R"),
        allowed: match within.qualified("AMT", "B6") {
            Some(amt) => optional_money(amt, "AMT", 2)?,
            None => None,
        },
        adjustments: adjustments(within)?,
        remarks: within
            .segments_with("LQ")
            .filter(|lq| lq.element(1) == "HE" && !lq.element(2).is_empty())
            .map(|lq| AsSent::read(lq.element(2)))
            .collect(),
    })
}

/// Up to six pairs of reason and amount a PLB.
fn provider_adjustments(root: &Loop) -> Result<Vec<ProviderAdjustment>, ReadError> {
    let mut all = Vec::new();
    for plb in root.segments_with("PLB") {
        for reason in (3..=13).step_by(2) {
            if plb.element(reason).is_empty() && plb.element(reason + 1).is_empty() {
                continue;
            }
            all.push(ProviderAdjustment {
                provider: plb.element(1).to_owned(),
                period: day(plb.element(2)),
                reason: plb.component(reason, 1).to_owned(),
                reference: optional(plb.component(reason, 2)),
                amount: money(plb, "PLB", reason + 1)?,
            });
        }
    }
    Ok(all)
}
