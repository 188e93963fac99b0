//! The simulated Nodes: two in each of three zones.

use serde_json::{Value, json};

/// Node name and zone.
pub(crate) const NODES: [(&str, &str); 6] = [
    ("node-a1", "zone-a"),
    ("node-a2", "zone-a"),
    ("node-b1", "zone-b"),
    ("node-b2", "zone-b"),
    ("node-c1", "zone-c"),
    ("node-c2", "zone-c"),
];

/// What kwok does with Nodes and Pods.
pub(crate) const STAGES: &str = include_str!("stages.yaml");

/// The Nodes as a `List` for `kubectl create`, as a kubelet would register them.
pub(crate) fn manifest() -> String {
    let nodes: Vec<Value> = NODES
        .iter()
        .zip(0_u8..)
        .map(|(&(name, zone), index)| node(name, zone, index))
        .collect();
    json!({ "apiVersion": "v1", "kind": "List", "items": nodes }).to_string()
}

fn node(name: &str, zone: &str, index: u8) -> Value {
    // Room for a thousand small workloads with a few replicas each.
    let resources =
        json!({ "cpu": "64", "memory": "256Gi", "ephemeral-storage": "1Ti", "pods": "1000" });
    // A /20 each: kwok hands out 4,094 Pod addresses before it would walk into the neighbour's.
    let pod_cidr = format!("10.244.{}.0/20", 16 * index);
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "node.kubernetes.io/instance-type": "simulated",
                "topology.kubernetes.io/region": "loopback",
                "topology.kubernetes.io/zone": zone,
            },
        },
        "spec": { "podCIDR": pod_cidr, "podCIDRs": [pod_cidr] },
        "status": {
            "allocatable": resources,
            "capacity": resources,
            "addresses": [
                { "type": "InternalIP", "address": format!("10.0.0.{}", 10 + index) },
                { "type": "Hostname", "address": name },
            ],
            "nodeInfo": {
                "architecture": "amd64",
                "operatingSystem": "linux",
                "kubeletVersion": "v1.36.3",
                "containerRuntimeVersion": "kwok://0.8.0",
                "osImage": "simulated",
                "kernelVersion": "simulated",
                "kubeProxyVersion": "",
                "bootID": "", "machineID": "", "systemUUID": "",
            },
        },
    })
}

/// Why the Nodes in the answer of `kubectl get nodes -o json` cannot take Pods yet; `None` when all can.
pub(crate) fn not_schedulable(list: &Value) -> Option<String> {
    let items = list["items"].as_array().map_or(&[][..], Vec::as_slice);
    for (name, _) in NODES {
        let Some(node) = items.iter().find(|node| node["metadata"]["name"] == name) else {
            return Some(format!("node {name} is missing"));
        };
        let conditions = node["status"]["conditions"].as_array();
        let ready = conditions.is_some_and(|all| {
            all.iter()
                .any(|c| c["type"] == "Ready" && c["status"] == "True")
        });
        if !ready {
            return Some(format!("node {name} is not Ready"));
        }
        // Ready but tainted: the node lifecycle controller has not seen it yet.
        if let Some(taint) = node["spec"]["taints"]
            .as_array()
            .and_then(|taints| taints.first())
        {
            return Some(format!("node {name} is tainted {}", taint["key"]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_count_once_ready_and_free_of_taints() {
        let mut list: Value = serde_json::from_str(&manifest()).unwrap();
        assert_eq!(not_schedulable(&list).unwrap(), "node node-a1 is not Ready");
        for node in list["items"].as_array_mut().unwrap() {
            node["status"]["conditions"] = json!([{ "type": "Ready", "status": "True" }]);
        }
        assert_eq!(not_schedulable(&list), None);
        list["items"][5]["spec"]["taints"] = json!([{ "key": "node.kubernetes.io/not-ready" }]);
        assert!(
            not_schedulable(&list)
                .unwrap()
                .contains("node-c2 is tainted")
        );
    }
}
