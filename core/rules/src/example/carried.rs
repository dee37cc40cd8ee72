//! What an example claim says in segments that the model gives no name to, in
//! the form in which a claim carries them.

use scrubjay_model::Carried;

use super::words::Word;
use super::{ClaimSpec, FullLine, LineSpec, ProviderSpec};

/// The segments of a claim and its lines.
pub(super) fn carried(spec: &ClaimSpec) -> Result<Vec<Carried>, String> {
    let mut parts = of_claim(spec)?;
    for (line, number) in spec.lines.iter().flatten().zip(1..) {
        if let LineSpec::Full(line) = line {
            parts.extend(of_line(line, number));
        }
    }
    Ok(parts)
}

fn part(at: impl Into<String>, segments: Vec<String>) -> Option<Carried> {
    (!segments.is_empty()).then(|| Carried {
        at: at.into(),
        segments,
    })
}

fn of_claim(spec: &ClaimSpec) -> Result<Vec<Carried>, String> {
    let causes = spec
        .causes
        .0
        .iter()
        .map(|word| match word.0.as_str() {
            "auto" => Ok("AA"),
            "employment" => Ok("EM"),
            "other" => Ok("OA"),
            other => Err(format!(
                "`causes` are auto, employment and other, not `{other}`"
            )),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let delay = spec.delay_reason.as_ref().map(|word| word.0.as_str());
    let clm = (!causes.is_empty() || delay.is_some()).then(|| {
        format!(
            "CLM***********{}*********{}",
            causes.join(":"),
            delay.unwrap_or_default()
        )
    });
    let codes = |qualifier: &str, words: &[Word]| {
        let codes: Vec<String> = words
            .iter()
            .map(|word| format!("{qualifier}:{}", word.0))
            .collect();
        (!codes.is_empty()).then(|| format!("HI*{}", codes.join("*")))
    };
    let mut whole: Vec<String> = spec
        .attachments
        .0
        .iter()
        .map(|kind| format!("PWK*{}*EL***AC*1", kind.0))
        .collect();
    whole.extend(codes("BG", &spec.conditions.0));
    whole.extend(codes("BH", &spec.occurrences.0));
    let casualty = spec
        .casualty_number
        .iter()
        .map(|number| format!("REF*Y4*{}", number.0));
    let parts = [
        part("2300.CLM", clm.into_iter().collect()),
        part("2300", whole),
        part("2010CA", casualty.collect()),
        part("2310D", named("DQ", spec.supervising.as_ref())),
    ];
    Ok(parts.into_iter().flatten().collect())
}

fn of_line(line: &FullLine, number: usize) -> impl Iterator<Item = Carried> {
    let reference = |qualifier: &str, value: &Option<Word>| {
        value
            .as_ref()
            .map(|value| format!("REF*{qualifier}*{}", value.0))
    };
    let whole = [reference("X4", &line.clia), reference("9F", &line.referral)];
    let at = |path: &str| format!("2400[{number}]{path}");
    let parts = [
        part(at(""), whole.into_iter().flatten().collect()),
        part(at("/2410.CTP"), drug(line).into_iter().collect()),
        part(at("/2420E"), named("DK", line.ordering.as_ref())),
        part(at("/2420F"), named("DN", line.referring.as_ref())),
        part(at("/2420D"), named("DQ", line.supervising.as_ref())),
    ];
    parts.into_iter().flatten()
}

/// CTP, where the amount of the drug is not the line's units in `UN`.
fn drug(line: &FullLine) -> Option<String> {
    let quantity = match &line.ndc_units {
        None => String::new(),
        Some(None) => return Some("CTP".to_owned()),
        Some(Some(units)) => units.0.to_string(),
    };
    let unit = line.ndc_unit.as_ref().map(|unit| unit.0.as_str());
    (!quantity.is_empty() || unit.is_some())
        .then(|| format!("CTP****{quantity}*{}", unit.unwrap_or("UN")))
}

fn named(qualifier: &str, provider: Option<&ProviderSpec>) -> Vec<String> {
    let Some(provider) = provider else {
        return Vec::new();
    };
    let segment = match super::build::npi_of(provider) {
        Some(npi) => format!("NM1*{qualifier}*1*Example*Pat****XX*{npi}"),
        None => format!("NM1*{qualifier}*1*Example*Pat"),
    };
    vec![segment]
}
