//! What a claim says in segments that the model gives no name to and rules ask
//! for: what it is related to, condition codes, ordering providers, how much of
//! a drug. One pass over what the claim carries; see [`scrubjay_model::Carried`]
//! for how it is written.

use rhai::ImmutableString;
use rust_decimal::Decimal;
use scrubjay_model::{AsSent, Claim, Npi, ServiceLine};
use std::sync::Arc;

use crate::facts::Text;
use crate::intern::Interner;
use crate::view::ProviderView;

/// Of the claim.
#[derive(Debug, Default)]
pub(crate) struct ClaimCarried {
    /// What it is related to (CLM11), in words.
    pub(crate) causes: Vec<ImmutableString>,
    /// Why it comes late (CLM20).
    pub(crate) delay_reason: Option<ImmutableString>,
    /// Condition codes (HI*BG).
    pub(crate) conditions: Vec<ImmutableString>,
    /// Occurrence codes (HI*BH).
    pub(crate) occurrences: Vec<ImmutableString>,
    /// Types of the reports that go with it (PWK01).
    pub(crate) attachments: Vec<ImmutableString>,
    /// Property and casualty claim number (REF*Y4).
    pub(crate) casualty_number: Option<ImmutableString>,
    pub(crate) supervising: Option<Arc<ProviderView>>,
    /// Of each line, in order; empty where no line carries anything.
    pub(crate) lines: Vec<LineCarried>,
}

/// Of a service line.
#[derive(Debug, Default, Clone)]
pub(crate) struct LineCarried {
    pub(crate) ordering: Option<Arc<ProviderView>>,
    pub(crate) referring: Option<Arc<ProviderView>>,
    pub(crate) supervising: Option<Arc<ProviderView>>,
    pub(crate) clia: Option<ImmutableString>,
    pub(crate) referral: Option<ImmutableString>,
    /// CTP behind a drug's LIN: quantity and unit, where it differs from what
    /// is written of itself.
    drug: Option<(Option<Decimal>, Option<ImmutableString>)>,
}

impl LineCarried {
    /// How much of the drug, and in which unit. A claim that says nothing else
    /// goes out with the line's units.
    pub(crate) fn drug_amount(
        &self,
        line: &ServiceLine,
    ) -> (Option<Decimal>, Option<ImmutableString>) {
        if line.ndc.is_none() {
            return (None, None);
        }
        match &self.drug {
            Some(said) => said.clone(),
            None => (Some(line.units.normalize()), Some("UN".into())),
        }
    }
}

/// Reads what a claim carries.
pub(crate) fn carried(claim: &Claim, texts: &mut Interner) -> ClaimCarried {
    let mut read = ClaimCarried::default();
    for part in &claim.carried {
        if let Some((number, path)) = line_path(&part.at) {
            if read.lines.is_empty() {
                read.lines.resize(claim.lines.len(), LineCarried::default());
            }
            let at = claim.lines.iter().position(|line| line.number == number);
            if let Some(at) = at {
                let (line, into) = (&claim.lines[at], &mut read.lines[at]);
                of_line(line, path, &part.segments, into, texts);
            }
            continue;
        }
        for segment in part.segments.iter().map(|text| Segment(text)) {
            of_claim(&part.at, segment, &mut read, texts);
        }
    }
    read
}

/// `2400[2]/2420E` as the line's number and the path within it.
fn line_path(at: &str) -> Option<(u32, &str)> {
    let (number, path) = at.strip_prefix("2400[")?.split_once(']')?;
    Some((number.parse().ok()?, path.trim_start_matches('/')))
}

fn of_claim(at: &str, segment: Segment<'_>, into: &mut ClaimCarried, texts: &mut Interner) {
    match (at, segment.id()) {
        ("2300.CLM", "CLM") => {
            into.causes
                .extend(segment.components(11).take(3).filter_map(cause));
            into.delay_reason = texts.maybe(segment.element(20));
        }
        ("2300", "HI") => {
            for composite in segment.elements() {
                let mut parts = composite.split(':');
                let into = match parts.next() {
                    Some("BG") => &mut into.conditions,
                    Some("BH") => &mut into.occurrences,
                    _ => continue,
                };
                into.extend(
                    parts
                        .next()
                        .filter(|code| !code.is_empty())
                        .map(|code| texts.text(code)),
                );
            }
        }
        ("2300", "PWK") => into
            .attachments
            .extend(segment.element(1).map(|kind| texts.text(kind))),
        ("2010BA" | "2010CA", "REF") if segment.element(1) == Some("Y4") => {
            into.casualty_number = segment.element(2).map(ImmutableString::from);
        }
        ("2310D", "NM1") if segment.element(1) == Some("DQ") => {
            into.supervising = provider("supervising", segment, texts);
        }
        _ => {}
    }
}

/// What CLM11 says, in words.
fn cause(code: &str) -> Option<ImmutableString> {
    let word = match code {
        "AA" => "auto",
        "EM" => "employment",
        "OA" => "other",
        _ => return None,
    };
    Some(word.into())
}

fn of_line(
    line: &ServiceLine,
    path: &str,
    segments: &[String],
    into: &mut LineCarried,
    texts: &mut Interner,
) {
    for segment in segments.iter().map(|text| Segment(text)) {
        match (path, segment.id(), segment.element(1)) {
            ("", "REF", Some("X4")) => into.clia = segment.element(2).map(Into::into),
            ("", "REF", Some("9F")) => into.referral = segment.element(2).map(Into::into),
            (_, "NM1", Some("DK")) => into.ordering = provider("ordering", segment, texts),
            (_, "NM1", Some("DN")) => into.referring = provider("referring", segment, texts),
            (_, "NM1", Some("DQ")) => into.supervising = provider("supervising", segment, texts),
            ("2410.CTP", "CTP", _) => into.drug = Some(drug(line, segment, texts)),
            _ => {}
        }
    }
}

/// An empty CTP stands for none that came; in another, what is empty is what
/// the claim would be written with.
fn drug(
    line: &ServiceLine,
    ctp: Segment<'_>,
    texts: &mut Interner,
) -> (Option<Decimal>, Option<ImmutableString>) {
    if ctp.elements().all(|element| element.is_empty()) {
        return (None, None);
    }
    let quantity = match ctp.element(4) {
        Some(sent) => sent.parse::<Decimal>().ok(),
        None => Some(line.units),
    };
    let unit = ctp.components(5).next().unwrap_or("UN");
    (
        quantity.map(|sent| sent.normalize()),
        Some(texts.text(unit)),
    )
}

fn provider(
    role: &'static str,
    nm1: Segment<'_>,
    texts: &mut Interner,
) -> Option<Arc<ProviderView>> {
    let npi = nm1.element(9).filter(|_| nm1.element(8) == Some("XX"));
    let npi = npi.map(AsSent::<Npi>::read);
    Some(Arc::new(ProviderView {
        role,
        is_person: nm1.element(2) == Some("1"),
        npi: npi.map(|npi| (texts.text(npi.as_text()), npi.sound().is_some())),
        taxonomy: None,
        address: None,
    }))
}

/// A segment with the usual delimiters.
#[derive(Debug, Clone, Copy)]
struct Segment<'a>(&'a str);

impl<'a> Segment<'a> {
    fn id(self) -> &'a str {
        self.0.split('*').next().unwrap_or_default()
    }

    /// The elements, from the first.
    fn elements(self) -> impl Iterator<Item = &'a str> {
        self.0.split('*').skip(1)
    }

    /// An element from 1; none where it is empty.
    fn element(self, number: usize) -> Option<&'a str> {
        self.0
            .split('*')
            .nth(number)
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    fn components(self, number: usize) -> impl Iterator<Item = &'a str> {
        self.element(number)
            .into_iter()
            .flat_map(|element| element.split(':'))
            .filter(|component| !component.is_empty())
    }
}
