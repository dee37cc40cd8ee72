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
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'A'..=b'Z' => byte - b'A' + 10,
                _ => return None,
            };
            number = number * 36 + u32::from(digit);
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

    pub(crate) fn number(self) -> u32 {
        self.0
    }

    pub(crate) fn from_number(number: u32) -> Self {
        Self(number % 36u32.pow(5))
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
            assert_eq!(Procedure::from_number(procedure.number()), procedure);
            assert_eq!(procedure.is_dental(), *code == "D0120");
        }
        for code in ["", "J089", "J08977", "j0897", "J08-7"] {
            assert_eq!(Procedure::read(code.as_bytes()), None, "{code}");
        }
    }
}
