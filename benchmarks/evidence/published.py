"""What others published on these sets, to stand beside our figures."""

from __future__ import annotations

# Otsu's technique on whole sets, mean F in per cent, to one digit: the check of our own row.
OTSU = {"dibco2009": 78.6, "dibco2010": 85.4, "dibco2011": 82.1, "dibco2013": 79.2}

# The winners of the contests, mean F in per cent.
WINNERS = {"dibco2009": 91.24, "dibco2010": 91.50, "dibco2011": 80.86, "dibco2013": 92.12}

# On a set that is not here, from which nothing was tuned: F, PSNR, DRD.
HDIBCO2016 = [
    ("the best single threshold of each image, chosen by its true mask", "90.72", "", ""),
    ("Otsu", "86.59", "17.79", "5.58"),
    ("generalised histogram, its paper's parameters", "88.77", "18.55", "3.99"),
    ("Sauvola, k=0.2, window 25", "83.80", "", ""),
    ("contest's winner", "88.72", "", ""),
    ("DeepOtsu (He and Schomaker)", "91.19", "", ""),
    ("Suh et al., networks", "92.24", "", ""),
]

OTHERS = {
    "dsb2018": "U-Nets of others: mean IoU 0.847 to 0.861. Otsu's technique, tried by others on "
    "parts of the set: F 0.890 on fluorescence, 0.844 on stained tissue, 0.156 in bright field.",
    "isbi2012": "A U-Net's published scores, warping error 0.000353 and Rand error 0.0382, are of "
    "other kinds than these, and of other slices.",
    "oxfordpet26": "Published scores are of three classes, on the whole set of 7349 photographs: "
    "U-Nets reach an accuracy of 0.87 and a mean IoU of 0.68. They cannot be compared with these.",
}
