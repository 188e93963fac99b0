//! The table on the terminal, and the figures for whoever keeps them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::fleet::Fleet;
use crate::judgement::Judgement;
use crate::operator::Steady;
use crate::{CHECKLISTS, machine, mib};

/// What was measured.
pub(crate) struct Figures {
    pub(crate) fleet: Fleet,
    /// KiB resident, and at most.
    pub(crate) without: (u64, u64),
    pub(crate) with_one: (u64, u64),
    pub(crate) start: Start,
    pub(crate) steady: Steady,
    pub(crate) memory: (u64, u64),
    pub(crate) restart: Restart,
    pub(crate) judgement: Judgement,
}

/// From the second launch until nothing was left to do.
pub(crate) struct Start {
    pub(crate) settled_seconds: f64,
    pub(crate) status_writes: usize,
    pub(crate) judgements: u64,
    pub(crate) cpu_seconds: f64,
    pub(crate) memory: (u64, u64),
}

/// From the start of another operator until nothing was left to do.
pub(crate) struct Restart {
    pub(crate) settled_seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) writes: Vec<String>,
    pub(crate) memory: (u64, u64),
}

/// What stands in `target/bench/launches.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Table {
    launches: usize,
    namespaces: usize,
    launches_per_namespace: usize,
    pods: usize,
    checklists: [&'static str; 2],
    items_per_launch: usize,
    attestations_per_launch: usize,

    /// Of the operator; without launches, everything else was there. The first launch has the checklists compiled, and what they
    /// look at watched.
    rss_mib_without: f64,
    rss_mib_with_one: f64,
    rss_mib: f64,
    peak_rss_mib: f64,
    kib_per_launch: f64,
    /// With the share in what the first one brings.
    kib_per_launch_all_in: f64,
    /// Of one that was started when everything was there.
    rss_mib_after_restart: f64,
    peak_rss_mib_after_restart: f64,
    kib_per_launch_after_restart: f64,

    /// The window in which nothing changed.
    steady_seconds: f64,
    cpu_seconds: f64,
    cpu_percent_of_core: f64,
    /// To the API server, but for the Lease.
    pub(crate) writes: usize,
    pub(crate) written: BTreeMap<String, usize>,
    lease_writes: usize,
    api_reads_per_minute: f64,
    api_reads: BTreeMap<String, usize>,
    /// Requests.
    promql_queries_per_minute: f64,
    promql_queries_per_second: f64,
    promql_queries_per_second_limit: f64,
    promql_most_queries_in_a_second: u64,
    promql_expressions: u64,
    promql_distinct_expressions_asked: usize,
    promql_expressions_per_query: f64,
    promql_refresh_seconds: f64,
    promql_behind_seconds: f64,
    promql_kib_per_query: f64,
    promql_samples_per_second: f64,
    judgements: u64,
    judgements_per_launch_per_minute: f64,
    judging_percent_of_core: f64,
    evaluations: u64,

    /// From the second launch until nothing was left to do.
    start_settled_seconds: f64,
    start_status_writes_per_launch: f64,
    start_judgements_per_launch: f64,
    start_cpu_seconds: f64,
    start_rss_mib: f64,
    restart_settled_seconds: f64,
    restart_cpu_seconds: f64,
    restart_writes: usize,

    judgement: Judgement,
    /// Cores that others kept busy in the window, on average.
    other_cores: f64,
}

impl Figures {
    pub(crate) fn table(&self) -> Table {
        let Self {
            fleet,
            without,
            with_one,
            start,
            steady,
            memory,
            restart,
            judgement,
        } = self;
        let count = fleet.count() as f64;
        let each = |(now, _): (u64, u64)| (now as f64 - with_one.0 as f64) / (count - 1.0);
        let minutes = steady.seconds / 60.0;
        let of = |field: fn(&crate::stub::Asked) -> u64| {
            (field(&steady.after) - field(&steady.before)) as f64
        };
        let queries = of(|asked| asked.requests);
        let expressions = of(|asked| asked.expressions);
        Table {
            launches: fleet.count(),
            namespaces: fleet.namespaces,
            launches_per_namespace: fleet.launches,
            pods: fleet.count() * 2,
            checklists: CHECKLISTS,
            items_per_launch: judgement.items,
            attestations_per_launch: crate::people::PEOPLE.len() * 2,
            rss_mib_without: mib(without.0),
            rss_mib_with_one: mib(with_one.0),
            rss_mib: mib(memory.0),
            peak_rss_mib: mib(memory.1),
            kib_per_launch: each(*memory),
            kib_per_launch_all_in: (memory.0 as f64 - without.0 as f64) / count,
            rss_mib_after_restart: mib(restart.memory.0),
            peak_rss_mib_after_restart: mib(restart.memory.1),
            kib_per_launch_after_restart: each(restart.memory),
            steady_seconds: steady.seconds,
            cpu_seconds: steady.cpu.as_secs_f64(),
            cpu_percent_of_core: 100.0 * steady.cpu.as_secs_f64() / steady.seconds,
            writes: steady.writes.values().sum(),
            written: steady.writes.clone(),
            lease_writes: steady.lease_writes,
            api_reads_per_minute: steady.reads.values().sum::<usize>() as f64 / minutes,
            api_reads: steady.reads.clone(),
            promql_queries_per_minute: queries / minutes,
            promql_queries_per_second: queries / steady.seconds,
            promql_queries_per_second_limit: 10.0,
            promql_most_queries_in_a_second: steady.after.most_in_a_second,
            promql_expressions: steady.expressions,
            promql_distinct_expressions_asked: steady.after.distinct(),
            promql_expressions_per_query: expressions / queries,
            promql_refresh_seconds: steady.expressions as f64 * steady.seconds / expressions,
            promql_behind_seconds: steady.behind_seconds,
            promql_kib_per_query: of(|asked| asked.bytes_out) / queries / 1024.0,
            promql_samples_per_second: of(|asked| asked.samples) / steady.seconds,
            judgements: steady.judgements,
            judgements_per_launch_per_minute: steady.judgements as f64 / count / minutes,
            judging_percent_of_core: 100.0 * steady.judging_seconds / steady.seconds,
            evaluations: steady.evaluations,
            start_settled_seconds: start.settled_seconds,
            start_status_writes_per_launch: start.status_writes as f64 / count,
            start_judgements_per_launch: start.judgements as f64 / count,
            start_cpu_seconds: start.cpu_seconds,
            start_rss_mib: mib(start.memory.0),
            restart_settled_seconds: restart.settled_seconds,
            restart_cpu_seconds: restart.cpu_seconds,
            restart_writes: restart.writes.len(),
            judgement: judgement.clone(),
            other_cores: steady.other_cores,
        }
    }
}

impl Table {
    pub(crate) fn print(&self) {
        let line = |name: &str, value: String| println!("{name:<44}{value:>14}");
        println!(
            "\n{} launches in {} namespaces, {} pods; {} items and {} attestations each",
            self.launches,
            self.namespaces,
            self.pods,
            self.items_per_launch,
            self.attestations_per_launch
        );
        line(
            "memory without launches, MiB",
            format!("{:.1}", self.rss_mib_without),
        );
        line(
            "memory with one, MiB",
            format!("{:.1}", self.rss_mib_with_one),
        );
        line("memory with all, MiB", format!("{:.1}", self.rss_mib));
        line("  at most", format!("{:.1}", self.peak_rss_mib));
        line(
            "  each further launch, KiB",
            format!("{:.1}", self.kib_per_launch),
        );
        line(
            "  after a restart, MiB",
            format!("{:.1}", self.rss_mib_after_restart),
        );
        line(
            "  a launch, KiB",
            format!("{:.1}", self.kib_per_launch_after_restart),
        );
        line(
            "nothing changes for, s",
            format!("{:.0}", self.steady_seconds),
        );
        line(
            "  CPU, % of a core",
            format!("{:.2}", self.cpu_percent_of_core),
        );
        line(
            "    of that judging",
            format!("{:.2}", self.judging_percent_of_core),
        );
        line(
            "  judgements a launch and minute",
            format!("{:.2}", self.judgements_per_launch_per_minute),
        );
        line("  writes", self.writes.to_string());
        line("  Lease renewals", self.lease_writes.to_string());
        line(
            "  reads of the API server a minute",
            format!("{:.1}", self.api_reads_per_minute),
        );
        line(
            "  expressions kept fresh",
            self.promql_expressions.to_string(),
        );
        line(
            "  PromQL queries a minute",
            format!("{:.0}", self.promql_queries_per_minute),
        );
        line(
            "    a second, of 10",
            format!("{:.2}", self.promql_queries_per_second),
        );
        line(
            "    expressions in each",
            format!("{:.1}", self.promql_expressions_per_query),
        );
        line(
            "    each expression asked every, s",
            format!("{:.0}", self.promql_refresh_seconds),
        );
        line(
            "    samples a second",
            format!("{:.0}", self.promql_samples_per_second),
        );
        line(
            "from the second launch until settled, s",
            format!("{:.0}", self.start_settled_seconds),
        );
        line(
            "  writes a launch",
            format!("{:.1}", self.start_status_writes_per_launch),
        );
        line(
            "  judgements a launch",
            format!("{:.1}", self.start_judgements_per_launch),
        );
        line(
            "restart until settled, s",
            format!("{:.0}", self.restart_settled_seconds),
        );
        line("  CPU, s", format!("{:.1}", self.restart_cpu_seconds));
        line("  writes", self.restart_writes.to_string());
        line(
            "one judgement, µs",
            format!("{:.0}", self.judgement.judge_us),
        );
        line(
            "  what its status should be, µs",
            format!("{:.0}", self.judgement.status_us),
        );
        line(
            "  only writing that as JSON, µs",
            format!("{:.1}", self.judgement.serialize_us),
        );
        line(
            "  pairs of object and workload",
            format!("{:.0}", self.judgement.pairs),
        );
        for (piece, pairs) in &self.judgement.dearest {
            line(&format!("    {piece}"), pairs.to_string());
        }
        machine::print_others(self.other_cores);
    }
}
