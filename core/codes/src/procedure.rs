//! A procedure code as a number, so that tables of them stay small and sorted.

use crate::import::RowFaultKind;

/// Five letters or digits, as a number in base 36; numbers sort as codes do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Procedure(u32);

impl Procedure {
    pub(crate) fn read(code: &[u8]) -> Option<Self> {
        if code.len() != 5 {
            return None;
        }
        let mut number = 0u32;
        for byte in code {
            number = number * 36 + digit_of(*byte)?;
        }
        Some(Self(number))
    }

    /// Reads a code of a file, and refuses the ADA's.
    pub(crate) fn read_column(code: &[u8], column: &'static str) -> Result<Self, RowFaultKind> {
        let expected = "a procedure code of five letters and digits";
        let read = Self::read(code).ok_or(RowFaultKind::Column { column, expected })?;
        if read.is_dental() {
            return Err(RowFaultKind::Dental);
        }
        Ok(read)
    }

    pub(crate) fn is_dental(self) -> bool {
        let code = self.bytes();
        code[0] == b'D' && code[1..].iter().all(u8::is_ascii_digit)
    }

    fn bytes(self) -> [u8; 5] {
        let mut bytes = [0; 5];
        let mut rest = self.0;
        for byte in bytes.iter_mut().rev() {
            let digit = (rest % 36) as u8;
            *byte = if digit < 10 {
                b'0' + digit
            } else {
                b'A' + digit - 10
            };
            rest /= 36;
        }
        bytes
    }

    pub(crate) fn code(self) -> String {
        self.bytes().iter().map(|byte| char::from(*byte)).collect()
    }

    /// Reads a code into 21 bits: `None` where its middle is not three digits, as
    /// the codes of every set have it. Short codes sort as codes do.
    pub(crate) fn read_short(code: &[u8]) -> Option<u32> {
        let [first, middle @ .., last] = code else {
            return None;
        };
        if middle.len() != 3 || !middle.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = middle.iter().fold(digit_of(*first)?, |number, byte| {
            number * 10 + u32::from(byte - b'0')
        });
        Some(number * 36 + digit_of(*last)?)
    }

    pub(crate) fn from_short(short: u32) -> Self {
        let (last, middle, first) = (short % 36, short / 36 % 1000, short / 36_000 % 36);
        let digits = [first, middle / 100, middle / 10 % 10, middle % 10, last];
        Self(digits.iter().fold(0, |number, digit| number * 36 + digit))
    }
}

/// A digit or a capital as a digit of base 36.
fn digit_of(byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A') + 10),
        _ => None,
    }
}

impl std::fmt::Debug for Procedure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_code_sorts_as_codes_do_and_gives_them_back() {
        let mut last = None;
        for short in 0..36 * 36_000 {
            let code = Procedure::from_short(short);
            assert_eq!(Procedure::read_short(&code.bytes()), Some(short));
            assert!(last < Some(code));
            last = Some(code);
        }
        assert_eq!(last, Procedure::read(b"Z999Z"));
        assert!(Procedure::read_short(b"Z999Z") < Some(1 << 21));
        for odd in [
            "G0X01", "ABCDE", "GA001", "G00A1", "G001", "G00011", "g0001", "",
        ] {
            assert_eq!(Procedure::read_short(odd.as_bytes()), None, "{odd}");
        }
    }

    #[test]
    fn numbers_sort_as_codes_do_and_give_them_back() {
        let codes = [
            "00000", "0001F", "99499", "A0021", "D0120", "J0897", "V5364", "ZZZZZ",
        ];
        let read: Vec<_> = codes
            .iter()
            .map(|code| Procedure::read(code.as_bytes()).unwrap())
            .collect();
        assert!(read.is_sorted());
        for (code, procedure) in codes.iter().zip(read) {
            assert_eq!(procedure.code(), *code);
            assert_eq!(procedure.is_dental(), *code == "D0120");
        }
        for code in ["", "J089", "J08977", "j0897", "J08-7"] {
            assert_eq!(Procedure::read(code.as_bytes()), None, "{code}");
        }
    }
}
