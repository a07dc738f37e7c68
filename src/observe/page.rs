//! A page of figures in the text form of OpenMetrics 1.0, which Prometheus reads since 2.5.

use std::borrow::Cow;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

/// The media type of [`text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The one label of a series: its name, and a word out of a bounded set.
pub type Label = [(&'static str, Cow<'static, str>); 1];

/// Figures that are put together when somebody asks.
#[derive(Debug, Default)]
pub struct Page(Registry);

impl Page {
    /// A page that says which version runs.
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("crawler_build", "The version that runs", version);
        Self(registry)
    }

    /// A value that goes up and down.
    pub fn gauge(&mut self, name: &'static str, help: &'static str, value: f64) {
        let gauge = Gauge::<f64, AtomicU64>::default();
        gauge.set(value);
        self.0.register(name, help, gauge);
    }

    /// The same for each word of a label.
    pub fn gauges(&mut self, name: &'static str, help: &'static str, label: &'static str, values: &[(&str, f64)]) {
        let family = Family::<Label, Gauge<f64, AtomicU64>>::default();
        for (word, value) in values {
            family.get_or_create(&[(label, Cow::Owned((*word).to_owned()))]).set(*value);
        }
        self.0.register(name, help, family);
    }

    /// A count since the start; `_total` is put behind its name.
    pub fn counter(&mut self, name: &'static str, help: &'static str, value: u64) {
        self.0.register(name, help, ConstCounter::new(value));
    }

    /// The same for each word of a label.
    pub fn counters(&mut self, name: &'static str, help: &'static str, label: &'static str, values: &[(&str, u64)]) {
        let family = Family::<Label, Counter>::default();
        for (word, value) in values {
            family.get_or_create(&[(label, Cow::Owned((*word).to_owned()))]).inc_by(*value);
        }
        self.0.register(name, help, family);
    }

    /// What it holds.
    pub fn registry(&self) -> &Registry {
        &self.0
    }
}

/// Registries as one text. Writing to memory cannot fail.
pub fn text(registries: &[&Registry]) -> String {
    let mut out = String::new();
    for registry in registries {
        let _ = encode_registry(&mut out, registry);
    }
    let _ = encode_eof(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_openmetrics_and_ends_as_such() {
        let mut page = Page::new();
        page.gauge("crawler_disk_free_bytes", "Free", 5e9);
        page.counters("crawler_looks", "Looks", "outcome", &[("read", 3)]);
        let text = text(&[page.registry(), &Registry::default()]);
        for line in [
            "# TYPE crawler_build info",
            concat!("crawler_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
            "crawler_disk_free_bytes 5000000000.0",
            "crawler_looks_total{outcome=\"read\"} 3",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1, "{text}");
    }
}
