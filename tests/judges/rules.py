#!/usr/bin/env python3
"""Reads alert rules and a dashboard, and compares what they ask for with what is exported.

rules.py ALERTS.yml DASHBOARD.json FIGURES...    FIGURES are texts of /metrics; exit 0 when

each expression is PromQL, each metric in it is exported, with the labels and the exact label values that it selects, each
alert says how bad it is and what to do, and each panel asks the data source that is chosen on import.
"""
import json
import re
import sys

import promql_parser
import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families

# What Prometheus itself puts to what it scrapes.
ADDED = {"up"}
ADDED_LABELS = {"job", "instance", "le"}

exported = {}
for name in sys.argv[3:]:
    with open(name, encoding="utf-8") as file:
        for family in text_string_to_metric_families(file.read()):
            for sample in family.samples:
                exported.setdefault(sample.name, []).append(sample.labels)

faults = []
asked = set()


def selectors(node):
    if isinstance(node, promql_parser.VectorSelector):
        yield node
    for part in ("expr", "lhs", "rhs", "param", "vector_selector"):
        below = getattr(node, part, None)
        if below is not None and not isinstance(below, (str, float, int)):
            yield from selectors(below)
    for below in getattr(node, "args", None) or []:
        yield from selectors(below)


def judge(place, text):
    text = text.replace("$__rate_interval", "5m").replace("$instance", ".*")
    try:
        tree = promql_parser.parse(text)
    except ValueError as error:
        faults.append(f"{place}: {error}: {text}")
        return
    found = list(selectors(tree))
    if not found:
        faults.append(f"{place}: asks for no metric: {text}")
    for selector in found:
        asked.add(selector.name)
        if selector.name in ADDED:
            continue
        series = exported.get(selector.name)
        if not series:
            faults.append(f"{place}: {selector.name} is not exported")
            continue
        for matcher in selector.matchers.matchers:
            if matcher.name in ADDED_LABELS:
                continue
            values = [labels[matcher.name] for labels in series if matcher.name in labels]
            exact = matcher.op == promql_parser.MatchOp.Equal
            if not values or (exact and matcher.value not in values):
                faults.append(f"{place}: {selector.name} has no {matcher.name}=\"{matcher.value}\": {sorted(set(values))}")


with open(sys.argv[1], encoding="utf-8") as file:
    groups = yaml.safe_load(file)["groups"]
names = []
for group in groups:
    for rule in group["rules"]:
        names.append(rule["alert"])
        place = f"{sys.argv[1]}: {rule['alert']}"
        judge(place, rule["expr"])
        known = {"alert", "expr", "for", "labels", "annotations"}
        if set(rule) - known:
            faults.append(f"{place}: unknown {set(rule) - known}")
        if "for" in rule and not re.fullmatch(r"\d+[smhd]", rule["for"]):
            faults.append(f"{place}: for {rule['for']}")
        if rule["labels"].get("severity") not in ("warning", "critical"):
            faults.append(f"{place}: no severity")
        for word in ("summary", "description"):
            if not rule["annotations"].get(word):
                faults.append(f"{place}: no {word}")
if len(names) != len(set(names)):
    faults.append("an alert comes twice")

with open(sys.argv[2], encoding="utf-8") as file:
    board = json.load(file)
chosen = {"type": "prometheus", "uid": "${datasource}"}
variables = {variable["name"]: variable for variable in board["templating"]["list"]}
if variables.get("datasource", {}).get("type") != "datasource":
    faults.append("the dashboard has no variable for its data source")
if board.get("id") is not None:
    faults.append("the dashboard has the id of one installation")
for found in re.findall(r"label_values\((\w+),", json.dumps(list(variables.values()))):
    judge("variables", found)
for note in board["annotations"]["list"]:
    judge(f"annotation {note['name']}", note["expr"])
ids = [panel["id"] for panel in board["panels"]]
if len(ids) != len(set(ids)):
    faults.append("two panels have one id")
for panel in board["panels"]:
    place = f"panel {panel['title']}"
    if panel["type"] == "row":
        continue
    if not panel.get("description") or not panel.get("targets"):
        faults.append(f"{place}: no description, or nothing to show")
    for target in panel["targets"]:
        if target["datasource"] != chosen or panel["datasource"] != chosen:
            faults.append(f"{place}: another data source")
        judge(place, target["expr"])

# What nobody asks for is looked at by nobody.
for name in sorted(exported):
    base = re.sub(r"_(bucket|sum|count)$", "", name)
    if base not in {re.sub(r"_(bucket|sum|count)$", "", other) for other in asked}:
        print(f"not shown: {name}")
print("\n".join(faults), file=sys.stderr)
sys.exit(1 if faults else 0)
