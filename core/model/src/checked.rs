//! Records whose parts must agree: read freely, made only through a check.

/// Makes `$name` out of `$record`, a plain record, through the record's
/// `fn check(&self) -> Result<(), $error>`.
///
/// A checked value lends its record to be read, by `Deref`, and never to be
/// written: whoever holds one knows that its parts agree. What is read back
/// from storage goes through the same check.
macro_rules! checked {
    ($(#[$docs:meta])* $name:ident($record:ident) or $error:ident, in $record_name:literal) => {
        $(#[$docs])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = $record_name)]
        pub struct $name($record);

        impl $name {
            /// Takes the record, where its parts agree.
            ///
            /// # Errors
            #[doc = concat!("[`", stringify!($error), "`] says which part is wrong, and where.")]
            pub fn new(record: $record) -> Result<Self, $error> {
                record.check()?;
                Ok(Self(record))
            }

            /// Gives the record up, to be changed and checked again.
            #[must_use]
            pub fn into_record(self) -> $record {
                self.0
            }
        }

        impl TryFrom<$record> for $name {
            type Error = $error;

            fn try_from(record: $record) -> Result<Self, $error> {
                Self::new(record)
            }
        }

        impl std::ops::Deref for $name {
            type Target = $record;

            fn deref(&self) -> &$record {
                &self.0
            }
        }
    };
}

pub(crate) use checked;
