"""Fonts for labels: matplotlib's own, and behind it one that knows Chinese, if the machine has any."""

import logging

from matplotlib.font_manager import fontManager

CHINESE = [
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "Arial Unicode MS",
]


def families():
    """Families of fonts in the order in which they are asked for a letter; only those that are there, or it would warn.

    Returns
    -------
    list of str
    """
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # a Chinese font may well have no bold
    there = {font.name for font in fontManager.ttflist}
    return ["DejaVu Sans", *[name for name in CHINESE if name in there][:1]]
