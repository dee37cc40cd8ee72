//! What the US Postal Service delivers to: states by their two letters, and ZIP
//! codes of five or nine digits.

use crate::Address;

/// States, the District of Columbia, territories, freely associated states and
/// the armed forces, as the Postal Service abbreviates them (Publication 28,
/// appendix B). N402 takes these in US addresses.
const STATES: [&str; 62] = [
    "AA", "AE", "AK", "AL", "AP", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "FM", "GA",
    "GU", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MH", "MI", "MN", "MO",
    "MP", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "PR",
    "PW", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY",
];

/// What is wrong with the place of a US address. It does not repeat what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PostalFault {
    /// Not among the Postal Service's abbreviations.
    #[error("the state is none of the Postal Service's two capital letters, such as TX")]
    State,
    /// Neither five nor nine digits.
    #[error("the ZIP code has neither five nor nine digits")]
    Zip,
    /// Not nine digits, where all nine are needed.
    #[error("the ZIP code has not all nine digits")]
    ShortZip,
}

impl Address {
    /// Whether it is in the US: one without a country is.
    #[must_use]
    pub fn is_in_us(&self) -> bool {
        let country = self.country.as_deref().map(str::trim);
        country.is_none_or(|country| matches!(country, "" | "US" | "USA"))
    }

    /// The digits of its ZIP code, where it is made of digits, dashes and blanks.
    fn zip_digits(&self) -> Option<usize> {
        let is_form = |c: &char| matches!(c, '-' | ' ');
        let written = self.zip.chars().filter(|c| !is_form(c));
        let digits: String = written.collect();
        let is_number = digits.chars().all(|c| c.is_ascii_digit());
        is_number.then_some(digits.len())
    }

    /// What the Postal Service would not know of a US address. What is missing is
    /// not looked at, and dashes and blanks of a ZIP code are form.
    ///
    /// ```
    /// use scrubjay_model::{Address, PostalFault};
    ///
    /// let address = Address { state: "TE".into(), zip: "78701-0410".into(), ..Address::default() };
    /// assert_eq!(address.postal_faults(), [PostalFault::State]);
    /// ```
    #[must_use]
    pub fn postal_faults(&self) -> Vec<PostalFault> {
        let mut faults = Vec::new();
        if !self.is_in_us() {
            return faults;
        }
        let state = self.state.trim();
        if !state.is_empty() && !STATES.contains(&state) {
            faults.push(PostalFault::State);
        }
        let is_whole = matches!(self.zip_digits(), Some(5 | 9));
        if !self.zip.trim().is_empty() && !is_whole {
            faults.push(PostalFault::Zip);
        }
        faults
    }

    /// The same of a billing provider's address, whose ZIP code must have all nine
    /// digits (005010X222A1, loop 2010AA, N403).
    #[must_use]
    pub fn billing_faults(&self) -> Vec<PostalFault> {
        let mut faults = self.postal_faults();
        if self.is_in_us() && !faults.contains(&PostalFault::Zip) && self.zip_digits() != Some(9) {
            faults.push(PostalFault::ShortZip);
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(state: &str, zip: &str, country: Option<&str>) -> Address {
        Address {
            state: state.to_owned(),
            zip: zip.to_owned(),
            country: country.map(str::to_owned),
            ..Address::default()
        }
    }

    #[test]
    fn states_are_those_of_the_list_and_zip_codes_have_five_or_nine_digits() {
        use PostalFault::{State, Zip};
        for (state, zip, country, faults) in [
            ("TX", "78701", None, &[][..]),
            ("PR", "00901-1234", Some("US"), &[]),
            ("AE", "09012 0001", None, &[]),
            ("", "", None, &[]),
            ("tx", "7870", None, &[State, Zip]),
            ("XX", "787010", None, &[State, Zip]),
            ("Texas", "7870O", None, &[State, Zip]),
            ("TX", "78701041O", None, &[Zip]),
            ("ON", "M5V 2T6", Some("CA"), &[]),
        ] {
            let found = address(state, zip, country).postal_faults();
            assert_eq!(found, faults, "{state} {zip}");
        }
    }

    #[test]
    fn a_billing_provider_has_all_nine_digits() {
        assert_eq!(address("TX", "787010410", None).billing_faults(), []);
        let five = address("TX", "78701", None).billing_faults();
        assert_eq!(five, [PostalFault::ShortZip]);
        let none = address("TX", "", None).billing_faults();
        assert_eq!(none, [PostalFault::ShortZip]);
    }

    #[test]
    fn each_state_stands_once_and_in_order() {
        assert!(STATES.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
