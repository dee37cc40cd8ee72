//! A claim as scripts see it: built once a claim, shared by every rule.

use std::sync::Arc;

use chrono::NaiveDate;
use rhai::ImmutableString;
use rust_decimal::Decimal;
use scrubjay_hooks::{ClaimSubject, EarlierClaim, EarlierService};
use scrubjay_model::{
    Claim, Coverage, Frequency, LineOfBusiness, Money, PayerId, PayerProfile, Person, PriorPayment,
    Provider, Relationship, ServiceLine, Sex,
};

use crate::api::claim_file::ClaimFile;
use crate::api::coverage::{order_word, relationship_word};
use crate::carried::{ClaimCarried, LineCarried, carried};
use crate::facts::Text;
use crate::intern::Interner;

/// A person: names, addresses and numbers are for packs that declare a need.
#[derive(Debug, Default)]
pub(crate) struct PersonView {
    pub(crate) has_name: bool,
    pub(crate) last_name: Option<ImmutableString>,
    pub(crate) first_name: Option<ImmutableString>,
    pub(crate) member: Option<ImmutableString>,
    pub(crate) address: Option<Arc<AddressView>>,
    pub(crate) born: Option<NaiveDate>,
    pub(crate) died: Option<NaiveDate>,
    pub(crate) sex: Option<ImmutableString>,
    /// The day at which `age` is told: the first date of service.
    pub(crate) age_on: Option<NaiveDate>,
}

/// A postal address.
#[derive(Debug)]
pub(crate) struct AddressView {
    pub(crate) line1: ImmutableString,
    pub(crate) city: ImmutableString,
    pub(crate) state: ImmutableString,
    pub(crate) zip: ImmutableString,
}

/// A provider in a role.
#[derive(Debug)]
pub(crate) struct ProviderView {
    pub(crate) role: &'static str,
    /// Whether its name is a person's.
    pub(crate) is_person: bool,
    /// As sent, and whether its check digit holds.
    pub(crate) npi: Option<(ImmutableString, bool)>,
    pub(crate) taxonomy: Option<ImmutableString>,
    pub(crate) address: Option<Arc<AddressView>>,
}

/// A service line.
#[derive(Debug)]
pub(crate) struct LineView {
    pub(crate) number: u32,
    pub(crate) procedure: Option<ImmutableString>,
    pub(crate) modifiers: Vec<ImmutableString>,
    pub(crate) revenue_code: Option<ImmutableString>,
    pub(crate) charge: Decimal,
    pub(crate) units: Decimal,
    pub(crate) place: Option<ImmutableString>,
    pub(crate) pointers: Vec<u8>,
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
    pub(crate) authorization: Option<ImmutableString>,
    pub(crate) ndc: Option<ImmutableString>,
    pub(crate) rendering: Option<Arc<ProviderView>>,
    /// The earlier claim that has the same service.
    pub(crate) duplicate_of: Option<ImmutableString>,
    /// Unit of measure: `UN`, `MJ`, `DA`.
    pub(crate) unit: ImmutableString,
    /// How much of the drug, and in which unit.
    pub(crate) drug: (Option<Decimal>, Option<ImmutableString>),
    pub(crate) carried: LineCarried,
    /// What each earlier payer decided.
    pub(crate) prior: Vec<Arc<DecisionView>>,
}

/// What an earlier payer decided of a claim or a line.
#[derive(Debug)]
pub(crate) struct DecisionView {
    pub(crate) paid: Decimal,
    /// Group code, reason code and amount of each adjustment.
    pub(crate) adjustments: Vec<(ImmutableString, ImmutableString, Decimal)>,
    pub(crate) decided: Option<NaiveDate>,
    pub(crate) patient_owes: Option<Decimal>,
    pub(crate) payer: Option<ImmutableString>,
}

/// A payer that a claim names, in the claim's order: the first is the one that
/// it goes to.
#[derive(Debug)]
pub(crate) struct ClaimPayerView {
    pub(crate) order: &'static str,
    pub(crate) filing_code: Option<ImmutableString>,
    pub(crate) msp_type: Option<ImmutableString>,
    pub(crate) id: Option<ImmutableString>,
    pub(crate) decision: Option<Arc<DecisionView>>,
}

/// A claim.
#[derive(Debug)]
pub(crate) struct ClaimView {
    pub(crate) id: ImmutableString,
    pub(crate) kind: &'static str,
    pub(crate) frequency: ImmutableString,
    pub(crate) charge: Decimal,
    pub(crate) line_total: Decimal,
    pub(crate) service_from: Option<NaiveDate>,
    pub(crate) service_to: Option<NaiveDate>,
    pub(crate) received: NaiveDate,
    pub(crate) place: Option<ImmutableString>,
    pub(crate) payer: Option<ImmutableString>,
    pub(crate) payer_line: Option<&'static str>,
    pub(crate) payer_state: Option<ImmutableString>,
    pub(crate) order: &'static str,
    pub(crate) relationship: &'static str,
    pub(crate) authorization: Option<ImmutableString>,
    pub(crate) referral: Option<ImmutableString>,
    pub(crate) clia: Option<ImmutableString>,
    pub(crate) accident: Option<NaiveDate>,
    pub(crate) has_payer_control: bool,
    pub(crate) patient: Arc<PersonView>,
    pub(crate) subscriber: Arc<PersonView>,
    pub(crate) patient_is_subscriber: bool,
    pub(crate) billing: Arc<ProviderView>,
    pub(crate) rendering: Option<Arc<ProviderView>>,
    pub(crate) referring: Option<Arc<ProviderView>>,
    pub(crate) facility: Option<Arc<ProviderView>>,
    pub(crate) attending: Option<Arc<ProviderView>>,
    pub(crate) diagnoses: Vec<ImmutableString>,
    pub(crate) lines: Vec<LineView>,
    pub(crate) payers: Vec<Arc<ClaimPayerView>>,
    pub(crate) patient_paid: Option<Decimal>,
    /// Of an institutional claim: the first digits of the type of bill.
    pub(crate) facility_type: Option<ImmutableString>,
    pub(crate) value_codes: Vec<(ImmutableString, Decimal)>,
    pub(crate) carried: ClaimCarried,
    /// Earlier claims; only where a rule that will run asks for them.
    pub(crate) history: Vec<Arc<EarlierClaim>>,
    /// What else is on file; only where a rule that will run asks for it.
    pub(crate) file: ClaimFile,
}

/// What of a view is worth building.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wants {
    /// Earlier claims and duplicates.
    pub(crate) history: bool,
    /// Authorizations, cover, sendings.
    pub(crate) file: bool,
}

impl Wants {
    /// What any of some rules asks for.
    pub(crate) fn of(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::default(), |wants, one| Self {
            history: wants.history || one.history,
            file: wants.file || one.file,
        })
    }
}

pub(crate) struct ViewBuilder<'a> {
    pub(crate) claim: &'a Claim,
    pub(crate) payer: Option<&'a PayerProfile>,
    pub(crate) line: Option<LineOfBusiness>,
    pub(crate) received: NaiveDate,
    pub(crate) history: &'a [EarlierClaim],
    pub(crate) wants: Wants,
}

impl<'a> ViewBuilder<'a> {
    pub(crate) fn of_subject(
        subject: &ClaimSubject<'a>,
        line: Option<LineOfBusiness>,
        wants: Wants,
    ) -> Self {
        Self {
            claim: subject.claim,
            payer: subject.payer,
            line,
            received: subject.received,
            history: subject.history,
            wants,
        }
    }

    pub(crate) fn build(&self, texts: &mut Interner) -> ClaimView {
        let claim = self.claim;
        let from = claim.service_from();
        let coverage = claim.destination();
        let patient = Arc::new(person(&claim.patient, from, texts));
        let subscriber = coverage.and_then(|coverage| coverage.subscriber.as_ref());
        let history = if self.wants.history {
            self.history
        } else {
            &[]
        };
        let institutional = claim.institutional.as_ref();
        let carried = carried(claim, texts);
        ClaimView {
            id: claim.id.as_str().into(),
            kind: claim.kind.as_str(),
            frequency: match &claim.frequency {
                Frequency::Original => texts.text("original"),
                Frequency::Replacement => texts.text("replacement"),
                Frequency::Void => texts.text("void"),
                Frequency::Other(code) => texts.text(code),
            },
            charge: claim.charge.to_decimal(),
            line_total: claim.line_total().to_decimal(),
            service_from: from,
            service_to: claim.service_to(),
            received: self.received,
            place: texts.maybe(claim.place.as_ref().map(Text::as_text)),
            payer: texts.maybe(self.payer.map(|payer| payer.key.as_str())),
            payer_line: self.line.map(LineOfBusiness::as_str),
            payer_state: texts.maybe(self.payer.and_then(|payer| payer.state.as_deref())),
            order: order_word(claim.order()),
            relationship: relationship_word(
                coverage.map_or(Relationship::Own, |coverage| coverage.relationship),
            ),
            authorization: sent(claim.authorization.as_deref()),
            referral: sent(claim.referral.as_deref()),
            clia: sent(claim.clia.as_deref()),
            accident: claim.accident,
            has_payer_control: claim.payer_control.is_some(),
            patient_is_subscriber: subscriber.is_none(),
            subscriber: subscriber.map_or_else(
                || Arc::clone(&patient),
                |subscriber| Arc::new(person(subscriber, from, texts)),
            ),
            patient,
            billing: Arc::new(provider("billing", &claim.billing, texts)),
            rendering: maybe_provider("rendering", claim.rendering.as_ref(), texts),
            referring: maybe_provider("referring", claim.referring.as_ref(), texts),
            facility: maybe_provider("facility", claim.facility.as_ref(), texts),
            attending: maybe_provider(
                "attending",
                institutional.and_then(|details| details.attending.as_ref()),
                texts,
            ),
            diagnoses: claim
                .diagnoses
                .iter()
                .map(|diagnosis| texts.text(diagnosis.code.as_text()))
                .collect(),
            lines: claim
                .lines
                .iter()
                .enumerate()
                .map(|(at, line)| {
                    let carried = carried.lines.get(at).cloned().unwrap_or_default();
                    service_line(claim, line, carried, history, texts)
                })
                .collect(),
            payers: claim
                .coverages
                .iter()
                .map(|coverage| Arc::new(claim_payer(coverage, texts)))
                .collect(),
            patient_paid: claim.patient_paid.map(Money::to_decimal),
            facility_type: institutional
                .map(|details| texts.text(&details.facility_type))
                .filter(|sent| !sent.is_empty()),
            value_codes: institutional.map_or_else(Vec::new, |details| {
                let codes = details.value_codes.iter();
                codes
                    .map(|(code, amount)| (texts.text(code), amount.to_decimal()))
                    .collect()
            }),
            carried,
            history: history.iter().cloned().map(Arc::new).collect(),
            file: ClaimFile::default(),
        }
    }
}

/// A value that was sent empty is missing.
fn sent(text: Option<&str>) -> Option<ImmutableString> {
    text.filter(|text| !text.trim().is_empty()).map(Into::into)
}

pub(crate) fn person(
    person: &Person,
    age_on: Option<NaiveDate>,
    texts: &mut Interner,
) -> PersonView {
    PersonView {
        has_name: !person.name.last.trim().is_empty(),
        last_name: sent(Some(&person.name.last)),
        first_name: sent(person.name.first.as_deref()),
        member: sent(person.member.as_ref().map(|member| member.as_str())),
        address: person
            .address
            .as_ref()
            .map(|address| Arc::new(address_view(address, texts))),
        born: person.born,
        died: person.died,
        sex: person.sex.map(|sex| {
            texts.text(match sex {
                Sex::F => "F",
                Sex::M => "M",
                Sex::U => "U",
            })
        }),
        age_on,
    }
}

fn address_view(address: &scrubjay_model::Address, texts: &mut Interner) -> AddressView {
    AddressView {
        line1: address.line1.as_str().into(),
        city: address.city.as_str().into(),
        state: texts.text(&address.state),
        zip: address.zip.as_str().into(),
    }
}

fn provider(role: &'static str, provider: &Provider, texts: &mut Interner) -> ProviderView {
    ProviderView {
        role,
        is_person: provider.name.first.is_some(),
        npi: provider
            .npi
            .as_ref()
            .map(|npi| (texts.text(npi.as_text()), npi.sound().is_some())),
        taxonomy: texts.maybe(provider.taxonomy.as_deref()),
        address: provider
            .address
            .as_ref()
            .map(|address| Arc::new(address_view(address, texts))),
    }
}

fn maybe_provider(
    role: &'static str,
    sent: Option<&Provider>,
    texts: &mut Interner,
) -> Option<Arc<ProviderView>> {
    sent.map(|sent| Arc::new(provider(role, sent, texts)))
}

fn claim_payer(coverage: &Coverage, texts: &mut Interner) -> ClaimPayerView {
    ClaimPayerView {
        order: order_word(coverage.order),
        filing_code: texts.maybe(coverage.filing_indicator.as_deref()),
        msp_type: texts.maybe(coverage.msp_type.as_deref()),
        id: texts.maybe(coverage.payer.as_ref().map(PayerId::as_str)),
        decision: coverage
            .paid
            .as_ref()
            .map(|paid| Arc::new(decision(paid, texts))),
    }
}

fn decision(prior: &PriorPayment, texts: &mut Interner) -> DecisionView {
    DecisionView {
        paid: prior.paid.to_decimal(),
        adjustments: prior
            .adjustments
            .iter()
            .map(|taken| {
                (
                    texts.text(taken.group.as_text()),
                    texts.text(taken.carc.as_text()),
                    taken.amount.to_decimal(),
                )
            })
            .collect(),
        decided: prior.decided,
        patient_owes: prior.patient_owes.map(Money::to_decimal),
        payer: texts.maybe(prior.payer.as_deref()),
    }
}

fn service_line(
    claim: &Claim,
    line: &ServiceLine,
    carried: LineCarried,
    history: &[EarlierClaim],
    texts: &mut Interner,
) -> LineView {
    let place = line.place.as_ref().or(claim.place.as_ref());
    LineView {
        number: line.number,
        procedure: texts.maybe(line.procedure.as_ref().map(Text::as_text)),
        modifiers: line
            .modifiers
            .iter()
            .map(|modifier| texts.text(modifier.as_text()))
            .collect(),
        revenue_code: texts.maybe(line.revenue_code.as_deref()),
        charge: line.charge.to_decimal(),
        units: line.units.normalize(),
        place: texts.maybe(place.map(Text::as_text)),
        pointers: line.pointers.clone(),
        from: line.from,
        to: line.to.or(line.from),
        authorization: sent(line.authorization.as_deref()),
        ndc: sent(line.ndc.as_deref()),
        rendering: maybe_provider("rendering", line.rendering.as_ref(), texts),
        duplicate_of: duplicate(claim, line, history).map(|earlier| earlier.id.as_str().into()),
        unit: texts.text(&line.unit),
        drug: carried.drug_amount(line),
        carried,
        prior: line
            .prior
            .iter()
            .map(|prior| Arc::new(decision(prior, texts)))
            .collect(),
    }
}

/// The first earlier claim in force that has the same service: date, procedure,
/// modifiers in any order, units, billing provider, to a payer of the same place (`domain.md` 3.3, 33).
fn duplicate<'h>(
    claim: &Claim,
    line: &ServiceLine,
    history: &'h [EarlierClaim],
) -> Option<&'h EarlierClaim> {
    let (procedure, from) = (line.procedure.as_ref()?, line.from?);
    let billing = claim.billing.npi.as_ref()?.as_text();
    history.iter().find(|earlier| {
        !earlier.withdrawn
            && earlier.id != claim.id
            && earlier.order == claim.order()
            && earlier.billing_npi == billing
            && earlier.services.iter().any(|service| {
                service.from == Some(from)
                    && service.units == line.units
                    && service
                        .procedure
                        .as_ref()
                        .is_some_and(|sent| sent.as_text() == procedure.as_text())
                    && same_modifiers(service, line)
            })
    })
}

fn same_modifiers(service: &EarlierService, line: &ServiceLine) -> bool {
    let sorted = |modifiers: &[_]| {
        let mut texts: Vec<String> = modifiers
            .iter()
            .map(|modifier: &scrubjay_model::AsSent<_>| Text::as_text(modifier).to_owned())
            .collect();
        texts.sort_unstable();
        texts
    };
    service.modifiers.len() == line.modifiers.len()
        && sorted(&service.modifiers) == sorted(&line.modifiers)
}
