"""Texts that try to leave their place on a page."""

HOSTILE_TEXTS = [
    "<script>alert('script')</script>",
    "</script><script>alert('end of script')</script>",
    "<!--<script>",
    "]]></style><svg onload=alert('svg')>",
    "\"><img src=x onerror=alert('attribute')>",
    "' onmouseover='alert(1)' x='",
    "<img src=https://example.org/leak.png>",
    "<iframe src=\"javascript:alert('frame')\"></iframe>",
    "{{ 7*7 }}{% raw %}${alert(1)}",
    "javascript:alert(1)",
    "photo \u202egpj.exe\u2066 of \x00\x1b[31m a\u2028b \ud800 end",
    "__proto__",
    "&lt;b&gt; &amp;amp; \\u003c \\",
    "שלום עולם (Shalom)",
]
