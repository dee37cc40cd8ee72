//! Short ways to register many properties.

/// Registers properties of a kind, each with what it gives and what it means:
/// shorter than one call each, where there are many.
macro_rules! properties {
    ($api:ident, $on:expr, $of:ty => $($name:literal $gives:expr, $doc:literal, |$it:ident| $read:expr;)+) => {
        $($api.get($on, $name, $gives, $doc, |of: &mut $of| { let $it = &of.0; $read });)+
    };
}
pub(crate) use properties;

/// Registers whom a subject goes to, which its view holds as `payer`.
macro_rules! payer {
    ($api:ident, $on:expr, $of:ty) => {
        $crate::api::properties::properties! { $api, $on, $of =>
            "payer" Kind::Text, "The payer's key in the practice's configuration.",
                |it| $crate::api::maybe_text(it.payer.key.as_ref());
            "payer_line" Kind::Text, "The payer's line of business, as of a claim.",
                |it| $crate::api::maybe_word(it.payer.line);
            "payer_state" Kind::Text, "State of the payer's plan, two letters.",
                |it| $crate::api::maybe_text(it.payer.state.as_ref());
        }
    };
}
pub(crate) use payer;
