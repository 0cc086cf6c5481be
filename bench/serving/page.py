"""The page /docs: the OpenAPI description of the service as plain HTML without scripts; nothing is fetched."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

_STYLE = "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}code{background:#eee}"


def page(description: dict[str, Any]) -> str:
    """HTML for what FastAPI says of its routes; all of it is escaped."""
    info = description["info"]
    parts = [Markup("<h1>{}</h1><p>{}</p>").format(info["title"], info.get("description", ""))]
    for path, methods in description["paths"].items():
        for method, route in methods.items():
            parts.append(Markup("<h2><code>{} {}</code></h2>").format(method.upper(), path))
            parts.append(Markup("<p>{}</p>").format(route.get("description", "")))
            rows = [_parameter(entry["name"], entry["schema"], entry) for entry in route.get("parameters", [])]
            rows += _body(route, description)
            if rows:
                parts.append(Markup("<ul>{}</ul>").format(Markup("").join(rows)))
    parts.append(Markup('<p>For programs: <a href="openapi.json">openapi.json</a></p>'))
    head = Markup('<!doctype html><html lang="en"><meta charset="utf-8"><title>{}</title><style>{}</style>')
    return str(head.format(info["title"], Markup(_STYLE)) + Markup("").join(parts))


def _body(route: dict[str, Any], description: dict[str, Any]) -> list[Markup]:
    """The fields of the JSON that a route takes."""
    content = route.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = content.get("$ref", "").rpartition("/")[2]
    schema = description.get("components", {}).get("schemas", {}).get(name, {})
    required = schema.get("required", [])
    return [_parameter(n, s, {"required": n in required}) for n, s in schema.get("properties", {}).items()]


def _parameter(name: str, schema: dict[str, Any], entry: dict[str, Any]) -> Markup:
    kinds = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    kind = kinds[0] if kinds else schema
    limits = [f"{kind[key]} {word}" for key, word in _LIMITS.items() if key in kind]
    needed = "needed" if entry.get("required") else f"default {schema['default']}" if schema.get("default") else ""
    told = ", ".join(filter(None, [str(kind.get("type", "")), *limits, needed]))
    return Markup("<li><code>{}</code> {}</li>").format(name, escape(told))


_LIMITS = {
    "minimum": "or more",
    "maximum": "or less",
    "maxLength": "characters at most",
    "maxItems": "at most",
}
