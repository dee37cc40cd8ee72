//! A remitted claim, as tests write it.

use scrubjay_hooks::{RemittanceSubject, Subject};
use scrubjay_model::{
    Adjustment, AsSent, Claim, ClaimPaymentStatus, Money, PayerProfile, Remittance,
    RemittanceClaim, RemittanceLine,
};
use serde::Deserialize;

use super::before::Around;
use super::on_file::parsed;
use super::words::{Amount, Word, Words};
use super::{Stated, stated};

/// A remitted claim as a test writes it: paid in full, where it says nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RemittanceSpec {
    status: Option<Word>,
    charge: Option<Amount>,
    paid: Option<Amount>,
    #[serde(deserialize_with = "stated")]
    patient_responsibility: Stated<Amount>,
    remarks: Words,
    /// What the contract says that the payer allows.
    expected: Option<Amount>,
    /// Of the claim: `CO 45 20.00`.
    adjustments: Vec<String>,
    /// Line by line; each line of the claim paid in full, where left out.
    lines: Option<Vec<RemittedLineSpec>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RemittedLineSpec {
    paid: Option<Amount>,
    #[serde(deserialize_with = "stated")]
    allowed: Stated<Amount>,
    adjustments: Vec<String>,
    remarks: Words,
}

/// `CO 45 20.00`: group, reason and amount.
fn adjustment(written: &str) -> Result<Adjustment, String> {
    let wrong = || format!("`{written}` is no adjustment: write `CO 45 20.00`");
    let mut parts = written.split_whitespace();
    let mut next = || parts.next().ok_or_else(wrong);
    let (group, carc, amount) = (next()?, next()?, next()?);
    let adjustment = Adjustment {
        group: AsSent::read(group),
        carc: AsSent::read(carc),
        amount: amount.parse().map_err(|_| wrong())?,
        units: None,
    };
    match parts.next() {
        None => Ok(adjustment),
        Some(_) => Err(wrong()),
    }
}

fn adjustments(written: &[String]) -> Result<Vec<Adjustment>, String> {
    written.iter().map(|one| adjustment(one)).collect()
}

fn remarks<T: std::str::FromStr>(words: &Words) -> Vec<AsSent<T>> {
    words.0.iter().map(|word| AsSent::read(&word.0)).collect()
}

impl RemittanceSpec {
    pub(super) fn build(
        self,
        around: Around<'_>,
        claim: &Claim,
    ) -> Result<RemittanceExample, String> {
        let specs = self.lines.unwrap_or_default();
        if specs.len() > claim.lines.len() {
            return Err("`lines`: the remittance has more lines than the claim".to_owned());
        }
        let usual = RemittedLineSpec::default();
        let lines = claim.lines.iter().enumerate().map(|(at, line)| {
            let spec = specs.get(at).unwrap_or(&usual);
            let adjustments = adjustments(&spec.adjustments)?;
            let taken: Money = adjustments.iter().map(|taken| taken.amount).sum();
            let paid = spec.paid.map(Amount::money).transpose()?;
            let paid = paid.unwrap_or(line.charge - taken);
            let allowed = match &spec.allowed {
                Some(stated) => stated.map(Amount::money).transpose()?,
                None => Some(paid),
            };
            Ok(RemittanceLine {
                qualifier: line.qualifier.clone(),
                procedure: line.procedure.clone(),
                modifiers: line.modifiers.clone(),
                charge: line.charge,
                paid,
                units: Some(line.units),
                from: line.from,
                to: line.to,
                control: None,
                allowed,
                adjustments,
                remarks: remarks(&spec.remarks),
            })
        });
        let lines: Vec<RemittanceLine> = lines.collect::<Result<_, String>>()?;
        let own = adjustments(&self.adjustments)?;
        let taken: Money = own.iter().map(|taken| taken.amount).sum();
        let paid_on_lines: Money = lines.iter().map(|line| line.paid).sum();
        let money = |amount: Option<Amount>| amount.map(Amount::money).transpose();
        let paid = money(self.paid)?.unwrap_or(paid_on_lines - taken);
        let of_patient = own
            .iter()
            .chain(lines.iter().flat_map(|line| &line.adjustments));
        let of_patient = of_patient.filter(|taken| taken.group == AsSent::read("PR"));
        let owed: Money = of_patient.map(|taken| taken.amount).sum();
        let remitted = RemittanceClaim {
            ordinal: 1,
            control: claim.id.as_str().to_owned(),
            status: self
                .status
                .map_or(ClaimPaymentStatus::Processed(1), |code| code.0.into()),
            charge: money(self.charge)?.unwrap_or(claim.charge),
            paid,
            patient_responsibility: match self.patient_responsibility {
                Some(stated) => money(stated)?,
                None => Some(owed),
            },
            filing_indicator: None,
            payer_control: None,
            frequency: None,
            patient: None,
            forwarded_to: None,
            from: None,
            to: None,
            received: None,
            adjustments: own,
            remarks: remarks(&self.remarks),
            lines,
        };
        Ok(RemittanceExample {
            remittance: remittance(paid, around)?,
            remitted,
            expected: money(self.expected)?,
        })
    }
}

fn remittance(paid: Money, around: Around<'_>) -> Result<Remittance, String> {
    Ok(Remittance {
        paid,
        method: "ACH".to_owned(),
        effective: Some(around.today),
        trace: parsed("remittance", "1")?,
        originator: "1".to_owned(),
        payer_name: around.payer.name.clone(),
        payer_ids: Vec::new(),
        payee_name: String::new(),
        payee_npi: None,
        payee_tax_id: None,
        claims: Vec::new(),
        provider_adjustments: Vec::new(),
    })
}

/// A remitted claim, with what the contract says that it should come to.
#[derive(Debug)]
pub(super) struct RemittanceExample {
    remittance: Remittance,
    remitted: RemittanceClaim,
    expected: Option<Money>,
}

pub(super) fn show_remittance<T>(
    example: &RemittanceExample,
    claim: &Claim,
    payer: &PayerProfile,
    see: impl FnOnce(Subject<'_>) -> T,
) -> T {
    see(Subject::Remittance(&RemittanceSubject {
        remittance: &example.remittance,
        remitted: &example.remitted,
        claim: Some(claim),
        expected: example.expected,
        payer: Some(payer),
    }))
}
