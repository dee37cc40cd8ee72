//! Makes the subject of an example from what a test writes.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use scrubjay_hooks::{EarlierClaim, EarlierService, SubjectKind};
use scrubjay_model::{
    Address, AsSent, Claim, ClaimKind, Coverage, CoverageOrder, Denial, DenialCategory, Diagnosis,
    Frequency, InstitutionalDetails, LineOfBusiness, Money, Name, PayerProfile, Person, Provider,
    Recoverable, Relationship, ServiceLine, Sex,
};
use serde_yaml::{Mapping, Value};

use super::before::Around;
use super::carried::carried;
use super::prior::{decision, other_payer};
use super::subject::{About, OnFile};
use super::words::{Amount, Word};
use super::{
    ClaimSpec, DenialSpec, EarlierSpec, FullLine, LineSpec, PayerSpec, PersonSpec, ProviderSpec,
    Stated,
};
use crate::pack::PackScope;

/// An NPI with a sound check digit that belongs to nobody.
pub(super) const EXAMPLE_NPI: &str = "1234567893";

/// An example, ready to be judged.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) payer: PayerProfile,
    pub(crate) claim: Claim,
    pub(crate) received: NaiveDate,
    pub(crate) history: Vec<EarlierClaim>,
    pub(super) file: OnFile,
    pub(super) about: About,
}

impl Example {
    /// An example of a kind, out of what is written of it and of the claim.
    pub(crate) fn build(
        today: NaiveDate,
        payer: Option<&PayerSpec>,
        scope: &PackScope,
        claim: &Mapping,
        (kind, written): (SubjectKind, &Mapping),
    ) -> Result<Self, String> {
        let spec: ClaimSpec = read(claim, "claim")?;
        let received = spec.received.unwrap_or(today);
        let payer = payer_of(payer, scope)?;
        let history = spec
            .history
            .iter()
            .map(|earlier| earlier_claim(earlier, &spec))
            .collect::<Result<_, _>>()?;
        let claim = claim_of(&spec, &payer, today)?;
        let around = Around {
            today,
            payer: &payer,
        };
        Ok(Self {
            file: OnFile::build(&spec, around, &claim)?,
            about: About::build(kind, written, around, &claim)?,
            payer,
            claim,
            received,
            history,
        })
    }
}

pub(super) fn read<T: serde::de::DeserializeOwned>(
    mapping: &Mapping,
    what: &str,
) -> Result<T, String> {
    serde_yaml::from_value(Value::Mapping(mapping.clone()))
        .map_err(|error| format!("`{what}`: {error}"))
}

/// What stands, or the default where nothing is said.
fn or<T: Clone>(stated: &Stated<T>, default: T) -> Option<T> {
    stated.clone().unwrap_or(Some(default))
}

fn text(word: &Word) -> String {
    word.0.clone()
}

/// The payer that the pack speaks for, where the test names none.
fn payer_of(spec: Option<&PayerSpec>, scope: &PackScope) -> Result<PayerProfile, String> {
    let spec = spec.cloned().unwrap_or_default();
    let first =
        |listed: &Option<Vec<String>>| listed.as_ref().and_then(|listed| listed.first().cloned());
    let key = spec
        .key
        .or_else(|| first(&scope.payers))
        .unwrap_or_else(|| "example".to_owned());
    let line = spec.line.or_else(|| scope.lines.as_ref()?.first().copied());
    profile(&key, line, spec.state.or_else(|| first(&scope.states)))
}

/// A payer by its key; commercial, where nothing is said.
pub(super) fn profile(
    key: &str,
    line: Option<LineOfBusiness>,
    state: Option<String>,
) -> Result<PayerProfile, String> {
    Ok(PayerProfile {
        id: key
            .to_ascii_uppercase()
            .parse()
            .map_err(|error| format!("`payer`: {error}"))?,
        name: key.to_owned(),
        key: key.to_owned(),
        line: line.unwrap_or(LineOfBusiness::Commercial),
        state,
        also: Vec::new(),
    })
}

fn claim_of(spec: &ClaimSpec, payer: &PayerProfile, today: NaiveDate) -> Result<Claim, String> {
    let usual = today.checked_sub_days(Days::new(7)).unwrap_or(today);
    let from = or(&spec.from, usual);
    let to = spec.to.unwrap_or(from);
    let kind = spec.kind.unwrap_or(ClaimKind::Professional);
    let id = spec.id.as_ref().map_or_else(|| "EXAMPLE".to_owned(), text);
    let lines = match &spec.lines {
        Some(lines) => lines
            .iter()
            .zip(1u32..)
            .map(|(line, number)| service_line(line, number, from, to))
            .collect::<Result<Vec<_>, _>>()?,
        None => vec![service_line(
            &LineSpec::Short("G0439 100.00".to_owned()),
            1,
            from,
            to,
        )?],
    };
    let charge = match spec.charge {
        Some(charge) => charge.money()?,
        None => lines.iter().map(|line| line.charge).sum(),
    };
    let diagnoses: Vec<String> = match &spec.diagnoses {
        Some(words) => words.0.iter().map(text).collect(),
        None => vec!["Z0000".to_owned()],
    };
    let person =
        |spec: &Option<ProviderSpec>| spec.as_ref().map(|spec| provider_of(spec, Named::Person));
    Ok(Claim {
        control: id.parse().map_err(|error| format!("`id`: {error}"))?,
        id: id.parse().map_err(|error| format!("`id`: {error}"))?,
        kind,
        frequency: Frequency::from(
            spec.frequency
                .as_ref()
                .map_or_else(|| "1".to_owned(), frequency),
        ),
        payer_control: match &spec.payer_control {
            Some(control) => Some(
                control
                    .0
                    .parse()
                    .map_err(|error| format!("`payer_control`: {error}"))?,
            ),
            None => None,
        },
        billing: provider_of(&spec.billing, Named::Person),
        rendering: person(&spec.rendering),
        referring: person(&spec.referring),
        facility: spec
            .facility
            .as_ref()
            .map(|spec| provider_of(spec, Named::Organization)),
        patient: person_of(&spec.patient, "Example")?,
        coverages: std::iter::once(coverage_of(spec, payer))
            .chain(spec.other_payers.iter().map(other_payer))
            .collect::<Result<_, _>>()?,
        charge,
        place: or(&spec.place, Word("11".to_owned())).map(|place| AsSent::read(&place.0)),
        diagnoses: diagnoses
            .iter()
            .enumerate()
            .map(|(at, code)| Diagnosis {
                qualifier: if at == 0 { "ABK" } else { "ABF" }.to_owned(),
                code: AsSent::read(code),
                present_on_admission: None,
            })
            .collect(),
        lines,
        authorization: spec.authorization.as_ref().map(text),
        referral: spec.referral.as_ref().map(text),
        clia: spec.clia.as_ref().map(text),
        accident: spec.accident,
        patient_paid: spec.patient_paid.map(Amount::money).transpose()?,
        institutional: match kind {
            ClaimKind::Institutional => Some(InstitutionalDetails {
                facility_type: spec.facility_type.as_ref().map(text).unwrap_or_default(),
                from,
                to,
                attending: person(&spec.attending),
                value_codes: spec
                    .value_codes
                    .iter()
                    .map(|(code, amount)| Ok((code.clone(), amount.money()?)))
                    .collect::<Result<_, String>>()?,
            }),
            ClaimKind::Professional | ClaimKind::Dental => None,
        },
        carried: carried(spec)?,
    })
}

/// A frequency by its name in scripts, or by its code.
fn frequency(word: &Word) -> String {
    match word.0.as_str() {
        "original" => "1",
        "replacement" => "7",
        "void" => "8",
        code => code,
    }
    .to_owned()
}

fn coverage_of(spec: &ClaimSpec, payer: &PayerProfile) -> Result<Coverage, String> {
    let subscriber = match &spec.subscriber {
        Some(subscriber) => Some(person_of(subscriber, "Subscriber")?),
        None => None,
    };
    let usual = if subscriber.is_some() {
        Relationship::Child
    } else {
        Relationship::Own
    };
    Ok(Coverage {
        order: spec
            .order
            .map_or(CoverageOrder::Primary, CoverageOrder::from),
        payer: Some(payer.id.clone()),
        payer_name: Name::organization(payer.name.clone()),
        member: None,
        relationship: spec.relationship.unwrap_or(usual),
        subscriber,
        group_number: None,
        plan_name: None,
        filing_indicator: spec.filing_code.as_ref().map(text),
        msp_type: spec.msp_type.as_ref().map(text),
        paid: None,
    })
}

pub(super) fn person_of(spec: &PersonSpec, name: &str) -> Result<Person, String> {
    let born = NaiveDate::from_ymd_opt(1960, 5, 4).unwrap_or_default();
    Ok(Person {
        name: or(&spec.name, name.to_owned())
            .map(|last| Name::person(last, "Pat"))
            .unwrap_or_default(),
        member: match &spec.member {
            Some(member) => Some(
                member
                    .0
                    .parse()
                    .map_err(|error| format!("`member`: {error}"))?,
            ),
            None => None,
        },
        address: address_of(&spec.zip, spec.state.as_deref()),
        born: or(&spec.born, born),
        died: spec.died,
        sex: or(&spec.sex, Sex::F),
    })
}

fn address_of(zip: &Stated<Word>, state: Option<&str>) -> Option<Address> {
    or(zip, Word("78704".to_owned())).map(|zip| Address {
        line1: "1 Example Street".to_owned(),
        line2: None,
        city: "Austin".to_owned(),
        state: state.unwrap_or("TX").to_owned(),
        zip: zip.0,
        country: None,
    })
}

/// What a provider is where nothing is said.
#[derive(Debug, Clone, Copy)]
enum Named {
    Person,
    Organization,
}

fn provider_of(spec: &ProviderSpec, usual: Named) -> Provider {
    let is_person = spec.person.unwrap_or(matches!(usual, Named::Person));
    Provider {
        name: if is_person {
            Name::person("Example", "Robin")
        } else {
            Name::organization("Example Practice")
        },
        npi: npi_of(spec).map(|npi| AsSent::read(&npi)),
        tax_id: None,
        taxonomy: spec.taxonomy.as_ref().map(text),
        address: address_of(&spec.zip, None),
    }
}

/// The NPI of a provider, or the example's where nothing is said.
pub(super) fn npi_of(spec: &ProviderSpec) -> Option<String> {
    or(&spec.npi, Word(EXAMPLE_NPI.to_owned())).map(|npi| npi.0)
}

fn service_line(
    spec: &LineSpec,
    number: u32,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Result<ServiceLine, String> {
    let short;
    let line = match spec {
        LineSpec::Full(line) => line,
        LineSpec::Short(written) => {
            short = short_line(written)?;
            &short
        }
    };
    let procedure = or(&line.procedure, Word("G0439".to_owned()));
    let charge = line
        .charge
        .map_or(Ok(Money::from_cents(10_000)), Amount::money)?;
    Ok(ServiceLine {
        number,
        qualifier: "HC".to_owned(),
        procedure: procedure.map(|code| AsSent::read(&code.0)),
        modifiers: line
            .modifiers
            .0
            .iter()
            .map(|modifier| AsSent::read(&modifier.0))
            .collect(),
        revenue_code: line.revenue_code.as_ref().map(text),
        charge,
        unit: "UN".to_owned(),
        units: line.units.map_or(Decimal::ONE, |units| units.0),
        place: line.place.as_ref().map(|place| AsSent::read(&place.0)),
        pointers: line.pointers.clone().unwrap_or_else(|| vec![1]),
        from: line.from.unwrap_or(from),
        to: line.to.or(if line.from.is_some() { None } else { to }),
        control: None,
        authorization: line.authorization.as_ref().map(text),
        ndc: line.ndc.as_ref().map(text),
        rendering: line
            .rendering
            .as_ref()
            .map(|spec| provider_of(spec, Named::Person)),
        prior: line.prior.iter().map(decision).collect::<Result<_, _>>()?,
    })
}

/// `J0696:JZ 50.00 x4`: procedure and modifiers, charge, units; `J0696 x4` is
/// one whose charge is not told.
pub(super) fn short_line(written: &str) -> Result<Box<FullLine>, String> {
    let wrong = || {
        format!("`{written}` is no line: write `G0439 195.00`, `J0696:JZ 50.00 x4`, or key by key")
    };
    let mut parts = written.split_whitespace();
    let mut codes = parts
        .next()
        .ok_or_else(wrong)?
        .split(':')
        .map(|code| Word(code.to_owned()));
    let amount = |text: &str| text.parse().map(Amount).map_err(|_| wrong());
    let mut line = FullLine {
        procedure: Some(codes.next()),
        ..FullLine::default()
    };
    line.modifiers.0.extend(codes);
    for part in parts {
        match part.strip_prefix('x') {
            Some(units) if line.units.is_none() => line.units = Some(amount(units)?),
            None if line.charge.is_none() && line.units.is_none() => {
                line.charge = Some(amount(part)?);
            }
            _ => return Err(wrong()),
        }
    }
    Ok(Box::new(line))
}

fn earlier_claim(spec: &EarlierSpec, claim: &ClaimSpec) -> Result<EarlierClaim, String> {
    let npi = spec
        .billing_npi
        .clone()
        .or_else(|| or(&claim.billing.npi, Word(EXAMPLE_NPI.to_owned())));
    let service = |procedure: &Word| EarlierService {
        from: Some(spec.from),
        procedure: Some(AsSent::read(&procedure.0)),
        modifiers: spec
            .modifiers
            .0
            .iter()
            .map(|modifier| AsSent::read(&modifier.0))
            .collect(),
        units: spec.units.map_or(Decimal::ONE, |units| units.0),
    };
    Ok(EarlierClaim {
        id: spec
            .id
            .0
            .parse()
            .map_err(|error| format!("`history`: {error}"))?,
        billing_npi: npi.map(|npi| npi.0).unwrap_or_default(),
        order: spec
            .order
            .or(claim.order)
            .map_or(CoverageOrder::Primary, CoverageOrder::from),
        withdrawn: spec.withdrawn,
        services: std::iter::once(&spec.procedure)
            .chain(&spec.also.0)
            .map(service)
            .collect(),
        denied: spec.denied.0.iter().map(text).collect(),
    })
}

pub(super) fn denial_of(
    spec: &DenialSpec,
    claim: &Claim,
    today: NaiveDate,
) -> Result<Denial, String> {
    let word =
        |word: &Option<Word>, usual: &str| word.as_ref().map_or_else(|| usual.to_owned(), text);
    Ok(Denial {
        claim: claim.id.clone(),
        line: spec.line,
        group: AsSent::read(&word(&spec.group, "CO")),
        carc: AsSent::read(&word(&spec.carc, "A1")),
        remarks: spec
            .remarks
            .0
            .iter()
            .map(|remark| AsSent::read(&remark.0))
            .collect(),
        amount: spec
            .amount
            .map_or(Ok(Money::from_cents(10_000)), Amount::money)?,
        decided: spec.decided.unwrap_or(today),
        category: spec.category.unwrap_or(DenialCategory::Review),
        recoverable: match &spec.recoverable {
            None => Recoverable::Manual,
            Some(word) => Recoverable::from_name(&word.0)
                .ok_or("`recoverable` is `auto`, `manual`, `appeal` or `never`")?,
        },
        action: String::new(),
        classified_by: "example".to_owned(),
    })
}
