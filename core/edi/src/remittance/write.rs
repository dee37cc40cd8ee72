//! A remittance into an 835.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use scrubjay_model::{
    Address, Adjustment, AsSent, ProviderAdjustment, Rarc, Remittance, RemittanceClaim,
    RemittanceLine,
};
use scrubjay_x12::{ControlNumbers, Loop, SegmentBuf, SetToWrite, guide_for, write};

use super::{MIA_REMARKS, MOA_REMARKS};
use crate::adjustment::draft_adjustments;
use crate::claim::Party;
use crate::envelope::envelope;
use crate::value::{d8, plain};
use crate::{ClaimError, WriteError};

/// Pairs of reason and amount in one PLB.
const PAIRS: usize = 6;

/// Remittances of one payer that leave together.
#[derive(Debug, Clone)]
pub struct RemittanceBatch<'a> {
    /// Remittances, one transaction set each.
    pub remittances: &'a [&'a Remittance],
    /// Who sends.
    pub sender: Party,
    /// Who receives.
    pub receiver: Party,
    /// The payer's address, which the guide requires and the model does not hold.
    pub payer_address: Address,
    /// Whom the provider calls about a payment (PER*BL).
    pub contact_name: String,
    /// Ten digits.
    pub contact_phone: String,
    /// ISA15: T or P.
    pub usage: &'static str,
    /// When it is sent, which is also the production date (DTM*405).
    pub at: DateTime<Utc>,
}

/// A file of remittances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenRemittances {
    /// The file.
    pub bytes: Vec<u8>,
    /// ISA13.
    pub interchange: u32,
    /// GS06.
    pub group: u32,
    /// ST02 of each remittance, in order.
    pub sets: Vec<u32>,
}

/// Writes remittances as one interchange.
///
/// # Errors
/// Where there is none, or a value cannot be written as X12.
pub fn write_remittances(
    batch: &RemittanceBatch<'_>,
    numbers: &mut dyn ControlNumbers,
) -> Result<WrittenRemittances, WriteError> {
    let guide = guide_for("005010X221A1", "835").expect("the X12 crate has the guide of the 835");
    let mut sets = Vec::new();
    for remittance in batch.remittances {
        let root = set(batch, remittance).map_err(WriteError::Value)?;
        sets.push(SetToWrite { guide, root });
    }
    if sets.is_empty() {
        return Err(WriteError::Nothing);
    }
    let envelope = envelope(&batch.sender, &batch.receiver, batch.usage, batch.at);
    let written = write(&envelope, sets, numbers)?;
    Ok(WrittenRemittances {
        bytes: written.bytes,
        interchange: written.interchange,
        group: written.group,
        sets: written.sets,
    })
}

fn set(batch: &RemittanceBatch<'_>, remittance: &Remittance) -> Result<Loop, ClaimError> {
    let mut root = Loop::new("ST");
    let today = batch.at.date_naive();
    let mut bpr = SegmentBuf::new("BPR").with_elements([
        // Without a payment it is information only.
        if remittance.paid.is_zero() { "H" } else { "I" },
        &remittance.paid.abs().to_x12(),
        if remittance.paid.is_negative() {
            "D"
        } else {
            "C"
        },
        &remittance.method,
    ]);
    bpr.set(16, d8(remittance.effective.unwrap_or(today)));
    let trace = SegmentBuf::new("TRN").with_elements([
        "1",
        remittance.trace.as_str(),
        &remittance.originator,
    ]);
    let produced = dtm("405", today);
    root.segments.extend([bpr, trace, produced]);
    root.segments.extend(provider_adjustments(
        &remittance.provider_adjustments,
        today,
    ));
    root.loops.push(payer(batch, remittance));
    root.loops.push(payee(remittance)?);
    let mut header = Loop::new("2000");
    header
        .segments
        .push(SegmentBuf::new("LX").with_elements(["1"]));
    for paid in &remittance.claims {
        header.loops.push(claim(paid)?);
    }
    if !header.loops.is_empty() {
        root.loops.push(header);
    }
    Ok(root)
}

fn dtm(qualifier: &str, day: NaiveDate) -> SegmentBuf {
    SegmentBuf::new("DTM").with_elements([qualifier, &d8(day)])
}

fn amount(qualifier: &str, amount: scrubjay_model::Money) -> SegmentBuf {
    SegmentBuf::new("AMT").with_elements([qualifier, &amount.to_x12()])
}

/// The guide requires an id of the payee: its NPI, or its tax number where it
/// has none (005010X221A1, 1000B N103).
fn payee(remittance: &Remittance) -> Result<Loop, ClaimError> {
    let mut payee = Loop::new("1000B");
    let mut n1 = SegmentBuf::new("N1").with_elements(["PE", &remittance.payee_name]);
    let npi = remittance.payee_npi.as_ref().map(AsSent::text);
    let tax_id = remittance.payee_tax_id.as_ref();
    let (qualifier, id) = match (&npi, tax_id) {
        (Some(npi), _) => ("XX", npi),
        (None, Some(tax_id)) => ("FI", tax_id),
        (None, None) => return Err(ClaimError::NoPayeeId),
    };
    n1.push(qualifier);
    n1.push(id);
    payee.segments.push(n1);
    if let (Some(_), Some(tax_id)) = (&npi, tax_id) {
        let reference = SegmentBuf::new("REF").with_elements(["TJ", tax_id]);
        payee.segments.push(reference);
    }
    Ok(payee)
}

fn payer(batch: &RemittanceBatch<'_>, remittance: &Remittance) -> Loop {
    let mut payer = Loop::new("1000A");
    let Address {
        line1,
        line2,
        city,
        state,
        zip,
        ..
    } = &batch.payer_address;
    let line2 = line2.as_deref().unwrap_or_default();
    payer.segments.extend([
        SegmentBuf::new("N1").with_elements(["PR", &remittance.payer_name]),
        SegmentBuf::new("N3").with_elements([line1, line2]),
        SegmentBuf::new("N4").with_elements([city, state, zip]),
        SegmentBuf::new("PER").with_elements([
            "BL",
            &batch.contact_name,
            "TE",
            &batch.contact_phone,
        ]),
    ]);
    for (at, id) in remittance.payer_ids.iter().enumerate() {
        let qualifier = if at == 0 { "2U" } else { "EO" };
        let reference = SegmentBuf::new("REF").with_elements([qualifier, id]);
        payer.segments.push(reference);
    }
    payer
}

fn adjustments(id: &'static str, listed: &[Adjustment]) -> Result<Vec<SegmentBuf>, ClaimError> {
    let written = draft_adjustments(listed)
        .into_iter()
        .map(|cas| cas.write(None));
    written
        .collect::<Result<_, _>>()
        .map_err(|element| ClaimError::DelimiterInData {
            loop_id: id,
            segment: "CAS",
            element,
        })
}

fn claim(paid: &RemittanceClaim) -> Result<Loop, ClaimError> {
    let mut within = Loop::new("2100");
    let stated = |text: &Option<String>| text.clone().unwrap_or_default();
    let owed = paid.patient_responsibility;
    let payer_control = paid.payer_control.as_ref();
    let mut clp = SegmentBuf::new("CLP").with_elements([
        paid.control.clone(),
        String::from(paid.status.clone()),
        paid.charge.to_x12(),
        paid.paid.to_x12(),
        owed.map(|owed| owed.to_x12()).unwrap_or_default(),
        paid.filing_indicator
            .clone()
            .unwrap_or_else(|| "ZZ".to_owned()),
        payer_control
            .map_or("0", |control| control.as_str())
            .to_owned(),
    ]);
    clp.set(9, stated(&paid.frequency));
    within.segments.push(clp);
    within
        .segments
        .extend(adjustments("2100", &paid.adjustments)?);
    if let Some(patient) = &paid.patient {
        let name = &patient.name;
        let mut nm1 = SegmentBuf::new("NM1").with_elements([
            "QC",
            "1",
            &name.last,
            &stated(&name.first),
            &stated(&name.middle),
            "",
            &stated(&name.suffix),
        ]);
        if let Some(member) = &patient.member {
            nm1.push("MI");
            nm1.push(member.as_str());
        }
        within.segments.push(nm1);
    }
    if let Some(next) = &paid.forwarded_to {
        // The next payer is known by its name only; the guide asks for an id.
        let id = next
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>();
        let nm1 = ["TT", "2", next, "", "", "", "", "PI", &id];
        within
            .segments
            .push(SegmentBuf::new("NM1").with_elements(nm1));
    }
    within.segments.extend(remarks(&paid.remarks)?);
    for (qualifier, day) in [("232", paid.from), ("233", paid.to), ("050", paid.received)] {
        within.segments.extend(day.map(|day| dtm(qualifier, day)));
    }
    for listed in &paid.lines {
        within.loops.push(line(listed)?);
    }
    Ok(within)
}

/// MOA, and MIA before it for more than it holds.
fn remarks(codes: &[AsSent<Rarc>]) -> Result<Vec<SegmentBuf>, ClaimError> {
    let limit = MIA_REMARKS.len() + MOA_REMARKS.len();
    if codes.len() > limit {
        return Err(ClaimError::TooMany {
            what: "remark codes",
            limit,
            loop_id: "2100",
        });
    }
    let (inpatient, other) = codes.split_at(codes.len().saturating_sub(MOA_REMARKS.len()));
    let mut written = Vec::new();
    let list = |segment: &mut SegmentBuf, elements: [usize; 5], codes: &[AsSent<Rarc>]| {
        for (element, code) in elements.into_iter().zip(codes) {
            segment.set(element, code.text());
        }
    };
    if !inpatient.is_empty() {
        let mut mia = SegmentBuf::new("MIA").with_elements(["0"]);
        list(&mut mia, MIA_REMARKS, inpatient);
        written.push(mia);
    }
    if !other.is_empty() {
        let mut moa = SegmentBuf::new("MOA");
        list(&mut moa, MOA_REMARKS, other);
        written.push(moa);
    }
    Ok(written)
}

fn line(paid: &RemittanceLine) -> Result<Loop, ClaimError> {
    let mut within = Loop::new("2110");
    let mut svc = SegmentBuf::new("SVC");
    let code = paid.procedure.as_ref().map(AsSent::text);
    let modifiers = paid.modifiers.iter().map(AsSent::text);
    svc.push_components(
        [paid.qualifier.clone(), code.unwrap_or_default()]
            .into_iter()
            .chain(modifiers),
    );
    svc.push(paid.charge.to_x12());
    svc.push(paid.paid.to_x12());
    if let Some(units) = paid.units {
        svc.set(5, plain(units));
    }
    within.segments.push(svc);
    match (paid.from, paid.to.or(paid.from)) {
        (Some(from), Some(to)) if from != to => {
            within.segments.extend([dtm("150", from), dtm("151", to)]);
        }
        (Some(from), _) => within.segments.push(dtm("472", from)),
        (None, to) => within.segments.extend(to.map(|to| dtm("151", to))),
    }
    within
        .segments
        .extend(adjustments("2110", &paid.adjustments)?);
    if let Some(control) = &paid.control {
        let reference = SegmentBuf::new("REF").with_elements(["6R", control]);
        within.segments.push(reference);
    }
    within
        .segments
        .extend(paid.allowed.map(|allowed| amount("B6", allowed)));
    for code in &paid.remarks {
        let lq = SegmentBuf::new("LQ").with_elements(["HE", &code.text()]);
        within.segments.push(lq);
    }
    Ok(within)
}

/// One PLB a provider and period, and another for more than six pairs.
fn provider_adjustments(listed: &[ProviderAdjustment], today: NaiveDate) -> Vec<SegmentBuf> {
    let mut written: Vec<SegmentBuf> = Vec::new();
    for adjustment in listed {
        let year_end = NaiveDate::from_ymd_opt(today.year(), 12, 31).unwrap_or(today);
        let period = d8(adjustment.period.unwrap_or(year_end));
        let open = written.last().is_some_and(|plb| {
            plb.element(1) == adjustment.provider
                && plb.element(2) == period
                && plb.len() < 2 + 2 * PAIRS
        });
        if !open {
            let head = [adjustment.provider.as_str(), &period];
            written.push(SegmentBuf::new("PLB").with_elements(head));
        }
        if let Some(plb) = written.last_mut() {
            let reference = adjustment.reference.as_deref().unwrap_or_default();
            plb.push_components([adjustment.reason.as_str(), reference]);
            plb.push(adjustment.amount.to_x12());
        }
    }
    written
}
