//! A claim in a peer's own values: the fields of our view of it, without names,
//! addresses and earlier claims.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use scrubjay_model::{
    AsSent, Claim, Frequency, Icd10, Modifier, Npi, PayerProfile, Person, PlaceOfService,
    ProcedureCode, Provider, ServiceLine, Sex,
};

use crate::own::workload::received;

/// How a peer's values are made. Texts may be borrowed from the claim.
pub trait Build<'c> {
    type Value;

    fn nothing(&self) -> Self::Value;
    fn flag(&self, flag: bool) -> Self::Value;
    fn count(&self, count: i64) -> Self::Value;
    fn amount(&self, amount: Decimal) -> Self::Value;
    fn text(&self, text: &'c str) -> Self::Value;
    fn list(&self, values: Vec<Self::Value>) -> Self::Value;
    /// Records of one kind have the same fields in the same order.
    fn record<const N: usize>(
        &self,
        kind: &'static str,
        fields: [(&'static str, Self::Value); N],
    ) -> Self::Value;

    /// A text that may be missing.
    fn maybe(&self, text: Option<&'c str>) -> Self::Value {
        text.map_or_else(|| self.nothing(), |text| self.text(text))
    }

    /// A date as a number of days, so that adding and comparing is cheap.
    fn date(&self, date: Option<NaiveDate>) -> Self::Value {
        date.map_or_else(
            || self.nothing(),
            |date| self.count(date.num_days_from_ce().into()),
        )
    }
}

/// The claim, and each of its lines by itself.
pub struct Input<V> {
    pub claim: V,
    pub lines: Vec<V>,
}

/// The lines stand apart from the claim's own record: no rule here reads them
/// through it.
pub fn input<'c, B: Build<'c>>(
    b: &B,
    claim: &'c Claim,
    payer: &'c PayerProfile,
) -> Input<B::Value> {
    let from = claim.service_from();
    let coverage = claim.destination();
    let subscriber = coverage.and_then(|coverage| coverage.subscriber.as_ref());
    let frequency = match &claim.frequency {
        Frequency::Original => "original",
        Frequency::Replacement => "replacement",
        Frequency::Void => "void",
        Frequency::Other(code) => code,
    };
    let diagnoses = claim.diagnoses.iter();
    let record = b.record(
        "claim",
        [
            ("id", b.text(claim.id.as_str())),
            ("kind", b.text(claim.kind.as_str())),
            ("frequency", b.text(frequency)),
            ("charge", b.amount(claim.charge.to_decimal())),
            ("line_total", b.amount(claim.line_total().to_decimal())),
            ("service_from", b.date(from)),
            ("service_to", b.date(claim.service_to())),
            ("received", b.date(Some(received()))),
            ("place", b.maybe(sent(claim.place.as_ref()))),
            ("payer", b.text(&payer.key)),
            ("payer_line", b.text(payer.line.as_str())),
            ("payer_state", b.maybe(payer.state.as_deref())),
            ("order", b.text(claim.order().as_x12())),
            ("authorization", b.maybe(claim.authorization.as_deref())),
            ("referral", b.maybe(claim.referral.as_deref())),
            ("clia", b.maybe(claim.clia.as_deref())),
            ("accident", b.date(claim.accident)),
            ("has_payer_control", b.flag(claim.payer_control.is_some())),
            ("patient_is_subscriber", b.flag(subscriber.is_none())),
            ("patient", person(b, &claim.patient, from)),
            (
                "subscriber",
                person(b, subscriber.unwrap_or(&claim.patient), from),
            ),
            ("billing", provider(b, Some(&claim.billing))),
            ("rendering", provider(b, claim.rendering.as_ref())),
            ("referring", provider(b, claim.referring.as_ref())),
            ("facility", provider(b, claim.facility.as_ref())),
            (
                "diagnoses",
                b.list(
                    diagnoses
                        .map(|diagnosis| b.maybe(sent(Some(&diagnosis.code))))
                        .collect(),
                ),
            ),
        ],
    );
    Input {
        claim: record,
        lines: claim
            .lines
            .iter()
            .map(|line| service_line(b, claim, line))
            .collect(),
    }
}

fn service_line<'c, B: Build<'c>>(b: &B, claim: &'c Claim, line: &'c ServiceLine) -> B::Value {
    let modifiers = line
        .modifiers
        .iter()
        .map(|modifier| b.maybe(sent(Some(modifier))));
    let pointers = line
        .pointers
        .iter()
        .map(|pointer| b.count((*pointer).into()));
    b.record(
        "line",
        [
            ("number", b.count(line.number.into())),
            ("procedure", b.maybe(sent(line.procedure.as_ref()))),
            ("modifiers", b.list(modifiers.collect())),
            ("revenue_code", b.maybe(line.revenue_code.as_deref())),
            ("charge", b.amount(line.charge.to_decimal())),
            ("units", b.amount(line.units)),
            (
                "place",
                b.maybe(sent(line.place.as_ref().or(claim.place.as_ref()))),
            ),
            ("pointers", b.list(pointers.collect())),
            ("from", b.date(line.from)),
            ("to", b.date(line.to.or(line.from))),
            ("authorization", b.maybe(line.authorization.as_deref())),
            ("ndc", b.maybe(line.ndc.as_deref())),
        ],
    )
}

fn person<'c, B: Build<'c>>(b: &B, person: &'c Person, on: Option<NaiveDate>) -> B::Value {
    let sex = person.sex.map(|sex| match sex {
        Sex::F => "F",
        Sex::M => "M",
        Sex::U => "U",
    });
    let age = person
        .born
        .zip(on)
        .and_then(|(born, on)| on.years_since(born));
    b.record(
        "person",
        [
            ("has_name", b.flag(!person.name.last.is_empty())),
            (
                "member",
                b.maybe(person.member.as_ref().map(|member| member.as_str())),
            ),
            ("born", b.date(person.born)),
            ("died", b.date(person.died)),
            ("sex", b.maybe(sex)),
            (
                "age",
                age.map_or_else(|| b.nothing(), |age| b.count(age.into())),
            ),
        ],
    )
}

fn provider<'c, B: Build<'c>>(b: &B, provider: Option<&'c Provider>) -> B::Value {
    let Some(provider) = provider else {
        return b.nothing();
    };
    b.record(
        "provider",
        [
            ("npi", b.maybe(sent(provider.npi.as_ref()))),
            ("taxonomy", b.maybe(provider.taxonomy.as_deref())),
        ],
    )
}

/// The text of a code as it was sent, without copying it.
trait Sent {
    fn sent(&self) -> &str;
}

macro_rules! sent {
    ($($code:ty),+) => {$(
        impl Sent for AsSent<$code> {
            fn sent(&self) -> &str {
                match self {
                    Self::Sound(code) => code.as_str(),
                    Self::Odd(text) => text,
                }
            }
        }
    )+};
}

sent!(Icd10, Modifier, Npi, PlaceOfService, ProcedureCode);

fn sent<T: Sent>(code: Option<&T>) -> Option<&str> {
    code.map(Sent::sent)
}
