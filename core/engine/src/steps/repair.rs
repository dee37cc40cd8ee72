//! Repairs: a field written in the form that its receiver takes. Format only,
//! never what was done, to whom or for how much; the core sees to that.

use scrubjay_model::{Address, Claim};

/// Why a repair was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RepairError {
    #[error("no rule may repair that field")]
    UnknownField,
    #[error("there is no such field to repair")]
    Missing,
    #[error("a repair may change the form of a value, not its letters and digits")]
    NotFormat,
}

/// Sets a field of the claim, where the change is one of form.
pub(crate) fn repair(claim: &mut Claim, field: &str, value: &str) -> Result<(), RepairError> {
    let target = match field {
        "patient.address.zip" => zip(claim.patient.address.as_mut()),
        "subscriber.address.zip" => {
            let subscriber = claim
                .coverages
                .first_mut()
                .and_then(|coverage| coverage.subscriber.as_mut());
            // Where the patient is the subscriber, theirs is the one address.
            match subscriber {
                Some(person) => zip(person.address.as_mut()),
                None => zip(claim.patient.address.as_mut()),
            }
        }
        "billing.address.zip" => zip(claim.billing.address.as_mut()),
        "authorization" => claim.authorization.as_mut(),
        "referral" => claim.referral.as_mut(),
        "clia" => claim.clia.as_mut(),
        _ => return Err(RepairError::UnknownField),
    };
    let target = target.ok_or(RepairError::Missing)?;
    if substance(target) != substance(value) {
        return Err(RepairError::NotFormat);
    }
    value.clone_into(target);
    Ok(())
}

fn zip(address: Option<&mut Address>) -> Option<&mut String> {
    address.map(|address| &mut address.zip)
}

/// The letters and digits of a value, which a repair must not change.
pub(crate) fn substance(value: &str) -> String {
    value
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_of_a_value_may_change() {
        assert_eq!(substance("78701-1234"), substance("787011234"));
        assert_ne!(substance("78701"), substance("78702"));
    }
}
