#!/usr/bin/env python3
"""Reads figures with Prometheus' own parser of OpenMetrics.

figures.py FILE    prints {"series": {"name{label=\"word\"}": value}, "types": {family: type}}; exit 0 when it is sound

Beyond the grammar: each family has a help text and is named for this program, and no series comes twice.
"""
import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

series, types, faults = {}, {}, []
with open(sys.argv[1], encoding="utf-8") as file:
    for family in text_string_to_metric_families(file.read()):
        types[family.name] = family.type
        if not family.documentation:
            faults.append(f"{family.name}: no help")
        if not family.name.startswith("crawler_"):
            faults.append(f"{family.name}: not of this program")
        if family.type == "unknown":
            faults.append(f"{family.name}: no type")
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            key = f"{sample.name}{{{labels}}}" if labels else sample.name
            if key in series:
                faults.append(f"{key}: twice")
            series[key] = sample.value
print("\n".join(faults), file=sys.stderr)
json.dump({"series": series, "types": types}, sys.stdout)
sys.exit(1 if faults or not series else 0)
