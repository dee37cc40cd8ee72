//! The sheet by which people enter remittances: a row a claim, or a row a line.
//!
//! | column | holds |
//! |---|---|
//! | `payer` | key of `scrubjay.yaml` |
//! | `trace` | check or trace number |
//! | `payment` | amount of the check, on its first row at least |
//! | `paid_on` | date of it |
//! | `claim` | control number of our claim |
//! | `charge`, `paid` | of the claim, or of the line where `procedure` is there |
//! | `adjustments` | such as `CO-45 20.01; PR-3 20.00` |
//! | `procedure` | where the row is a line of its claim, such as `G0439` or `G0439:25` |
//! | `method`, `status`, `payer_control`, `remarks` | may be left out |

use chrono::NaiveDate;
use scrubjay_model::{
    Adjustment, AsSent, ClaimPaymentStatus, Money, ProcedureCode, Rarc, Remittance,
    RemittanceClaim, RemittanceLine, TraceNumber,
};

use super::RemittanceError;
use crate::Config;
use crate::sheet::{Row, RowError, Sheet};

const NEEDED: &[&str] = &[
    "payer", "trace", "payment", "paid_on", "claim", "charge", "paid",
];

const KNOWN: &[&str] = &[
    "payer",
    "trace",
    "payment",
    "paid_on",
    "claim",
    "charge",
    "paid",
    "adjustments",
    "procedure",
    "method",
    "status",
    "payer_control",
    "remarks",
];

/// The remittances of a sheet, in the order of their first rows. Money is typed
/// in by hand here: one row that cannot be used, and none is.
pub(crate) fn read_entries(
    config: &Config,
    bytes: &[u8],
) -> Result<Vec<Remittance>, RemittanceError> {
    let sheet = Sheet::of_kind(bytes, NEEDED)
        .and_then(|sheet| sheet.of_no_more(KNOWN))
        .map_err(|problem| RemittanceError::Sheet { problem })?;
    let mut bad = sheet.bad.clone();
    let mut entries: Vec<Remittance> = Vec::new();
    for row in &sheet.rows {
        if let Err(problem) = add(config, &mut entries, row) {
            bad.push(problem);
        }
    }
    bad.sort_by_key(|bad| bad.line);
    if !bad.is_empty() {
        return Err(RemittanceError::Rows { rows: bad });
    }
    for claim in entries.iter_mut().flat_map(|entry| &mut entry.claims) {
        claim.patient_responsibility = Some(share(claim));
    }
    Ok(entries)
}

fn add(config: &Config, entries: &mut Vec<Remittance>, row: &Row) -> Result<(), RowError> {
    let key = row.need("payer")?;
    let Some(payer) = config.payer_by_key(key) else {
        return Err(row.wrong("payer", &"no payer of scrubjay.yaml has this key"));
    };
    let trace: TraceNumber = row.need_parsed("trace")?;
    let payment: Option<Money> = row.parse("payment")?;
    let paid_on: Option<NaiveDate> = row.parse("paid_on")?;
    let at = entries
        .iter()
        .position(|entry| entry.trace == trace && entry.originator == payer.profile.key);
    let entry = match at {
        Some(at) => &mut entries[at],
        None => {
            let paid: Money = row.need_parsed("payment")?;
            if paid.is_negative() {
                return Err(row.wrong("payment", &"no payment is less than nothing"));
            }
            let effective = Some(row.need_parsed("paid_on")?);
            entries.push(Remittance {
                paid,
                method: row.text("method").unwrap_or("CHK").to_ascii_uppercase(),
                effective,
                trace,
                originator: payer.profile.key.clone(),
                payer_name: payer.profile.name.clone(),
                payer_ids: vec![payer.profile.id.as_str().to_owned()],
                payee_name: config
                    .practice
                    .as_ref()
                    .map(|practice| practice.name.clone())
                    .unwrap_or_default(),
                payee_npi: None,
                payee_tax_id: None,
                claims: Vec::new(),
                provider_adjustments: Vec::new(),
            });
            let last = entries.len() - 1;
            &mut entries[last]
        }
    };
    if payment.is_some_and(|payment| payment != entry.paid) {
        return Err(row.wrong(
            "payment",
            &"the row before says another amount of this payment",
        ));
    }
    if paid_on.is_some() && paid_on != entry.effective {
        return Err(row.wrong(
            "paid_on",
            &"the row before says another day of this payment",
        ));
    }
    add_claim(entry, row)
}

fn add_claim(entry: &mut Remittance, row: &Row) -> Result<(), RowError> {
    let control = row.need("claim")?.to_owned();
    let charge: Money = row.need_parsed("charge")?;
    let paid: Money = row.need_parsed("paid")?;
    let adjustments = adjustments(row)?;
    let remarks: Vec<AsSent<Rarc>> = row
        .text("remarks")
        .unwrap_or_default()
        .split_whitespace()
        .map(AsSent::read)
        .collect();
    let status = row.text("status").unwrap_or("1").to_owned();
    let status = ClaimPaymentStatus::from(status);
    if matches!(status, ClaimPaymentStatus::Other(_)) {
        let known = "it is none of the status codes 1, 2, 3, 4, 19, 20, 21, 22, 23 and 25";
        return Err(row.wrong("status", &known));
    }
    let reverses = status == ClaimPaymentStatus::Reversal;
    if reverses && charge.is_positive() || !reverses && charge.is_negative() {
        let signs = "it is below nothing in a reversal (status 22), and in nothing else";
        return Err(row.wrong("charge", &signs));
    }
    let Some(procedure) = row.text("procedure") else {
        let claim = claim(entry, control, status, row)?;
        entry.claims.push(RemittanceClaim {
            charge,
            paid,
            adjustments,
            remarks,
            ..claim
        });
        return Ok(());
    };
    let (procedure, modifiers) = procedure.split_once(':').unwrap_or((procedure, ""));
    let procedure = AsSent::<ProcedureCode>::read(procedure);
    if procedure.sound().is_none() {
        return Err(row.wrong("procedure", &"write a code, such as `G0439` or `G0439:25`"));
    }
    let modifiers = modifiers.split(':').filter(|one| !one.is_empty());
    let line = RemittanceLine {
        qualifier: "HC".to_owned(),
        procedure: Some(procedure),
        modifiers: modifiers.map(AsSent::read).collect(),
        charge,
        paid,
        units: None,
        from: None,
        to: None,
        control: None,
        allowed: None,
        adjustments,
        remarks,
    };
    // Lines of one claim stand below each other.
    let same = entry
        .claims
        .last_mut()
        .filter(|last| last.control == control && last.status == status && !last.lines.is_empty());
    match same {
        Some(last) => {
            last.charge += charge;
            last.paid += paid;
            last.lines.push(line);
        }
        None => {
            let claim = claim(entry, control, status, row)?;
            entry.claims.push(RemittanceClaim {
                charge,
                paid,
                lines: vec![line],
                ..claim
            });
        }
    }
    Ok(())
}

/// A claim of which nothing is said yet.
fn claim(
    entry: &Remittance,
    control: String,
    status: ClaimPaymentStatus,
    row: &Row,
) -> Result<RemittanceClaim, RowError> {
    let mut there = entry.claims.iter();
    if there.any(|one| one.control == control && one.status == status) {
        let twice = "it stands in this payment already; lines of a claim stand below each other";
        return Err(row.wrong("claim", &twice));
    }
    Ok(RemittanceClaim {
        ordinal: super::count(entry).saturating_add(1),
        control,
        status,
        charge: Money::ZERO,
        paid: Money::ZERO,
        patient_responsibility: None,
        filing_indicator: None,
        payer_control: row.parse("payer_control")?,
        frequency: None,
        patient: None,
        forwarded_to: None,
        from: None,
        to: None,
        received: None,
        adjustments: Vec::new(),
        remarks: Vec::new(),
        lines: Vec::new(),
    })
}

/// `CO-45 20.01; PR-3 20.00`
fn adjustments(row: &Row) -> Result<Vec<Adjustment>, RowError> {
    let wrong = || {
        row.wrong(
            "adjustments",
            &"write group, reason and amount, several with `;`, such as `CO-45 20.01; PR-3 20.00`",
        )
    };
    let written = row.text("adjustments").unwrap_or_default();
    let each = written.split(';').map(str::trim);
    each.filter(|one| !one.is_empty())
        .map(|one| {
            let (code, amount) = one.split_once(' ').ok_or_else(wrong)?;
            let (group, carc) = code.split_once('-').ok_or_else(wrong)?;
            let (group, carc) = (AsSent::read(group), AsSent::read(carc));
            // A payer may send what is no code; what is typed in is mended.
            if group.sound().is_none() || carc.sound().is_none() {
                return Err(wrong());
            }
            Ok(Adjustment {
                group,
                carc,
                amount: amount.trim().parse().map_err(|_| wrong())?,
                units: None,
            })
        })
        .collect()
}

/// What the adjustments of group PR come to.
fn share(claim: &RemittanceClaim) -> Money {
    claim
        .all_adjustments()
        .filter(|adjustment| adjustment.group.text() == "PR")
        .map(|adjustment| adjustment.amount)
        .sum()
}
