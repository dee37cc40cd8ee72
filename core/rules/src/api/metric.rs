//! A figure of a period: denials with the same signature.

use std::sync::Arc;

use chrono::NaiveDate;
use rhai::{INT, ImmutableString};
use rust_decimal::Decimal;
use scrubjay_hooks::MetricSubject;
use scrubjay_model::DenialCategory;

use super::coverage::PayerView;
use super::date::Date;
use super::{Api, Kind, list, maybe_word, payer, properties};
use crate::facts::Text;
use crate::seen::Eye;

/// A figure as scripts see it.
#[derive(Debug)]
pub(crate) struct MetricView {
    payer: PayerView,
    period: (NaiveDate, NaiveDate),
    group: ImmutableString,
    carc: ImmutableString,
    remarks: Vec<ImmutableString>,
    category: Option<DenialCategory>,
    count: u32,
    amount: Decimal,
    share: Decimal,
    before: u32,
}

/// A figure, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct MetricRef(pub(crate) Arc<MetricView>);

impl MetricView {
    pub(crate) fn of(subject: &MetricSubject<'_>, eye: &mut Eye<'_>) -> Self {
        Self {
            payer: PayerView::of(subject.payer, eye.facts.line, eye.texts),
            period: subject.period,
            group: eye.texts.text(subject.group.as_text()),
            carc: eye.texts.text(subject.carc.as_text()),
            remarks: subject
                .remarks
                .iter()
                .map(|remark| eye.texts.text(remark.as_text()))
                .collect(),
            category: subject.category,
            count: subject.count,
            amount: subject.amount.to_decimal(),
            share: subject.share,
            before: subject.before,
        }
    }
}

pub(crate) fn register(api: &mut Api<'_>) {
    const METRIC: Kind = Kind::Metric;
    api.engine.register_type_with_name::<MetricRef>("figure");
    payer!(api, METRIC, MetricRef);
    properties! { api, METRIC, MetricRef =>
        "from" Kind::Date, "First day of the period.", |it| Date(it.period.0);
        "to" Kind::Date, "Last day of the period.", |it| Date(it.period.1);
        "group" Kind::Text, "Group code of the denials.", |it| it.group.clone();
        "carc" Kind::Text, "Reason code of the denials, as text.", |it| it.carc.clone();
        "remarks" Kind::List(&Kind::Text), "Remark codes that all of them have.",
            |it| list(it.remarks.iter().cloned());
        "category" Kind::Text, "Category of the denials; missing where they have several.",
            |it| maybe_word(it.category.map(DenialCategory::as_str));
        "count" Kind::Number, "How many there are.", |it| INT::from(it.count);
        "amount" Kind::Number, "Refused amounts together.", |it| it.amount;
        "share" Kind::Number, "Their part of all denials of the period, 0.2 for 20 percent.", |it| it.share;
        "before" Kind::Number, "How many there were in the period before.", |it| INT::from(it.before);
    }
}
