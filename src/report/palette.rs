//! Colours of the themes.
//!
//! The first colours follow Okabe and Ito's palette for colour-blind readers (<https://jfly.uni-koeln.de/color/>),
//! darkened until white text on them reads, with a lighter twin for dark pages. Beyond that many themes they repeat,
//! which is why a theme's number always stands beside its colour.

/// One colour for light pages, one for dark pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Red, green, blue on a light page; white text on it has a contrast of at least 4.5.
    pub light: [u8; 3],
    /// Red, green, blue on a dark page; black text on it has a contrast of at least 4.5.
    pub dark: [u8; 3],
}

/// The colours, in the order themes take them.
pub const THEMES: [Colour; 12] = [
    Colour { light: [0x00, 0x68, 0xA8], dark: [0x5A, 0xB0, 0xEE] },
    Colour { light: [0xC2, 0x4E, 0x00], dark: [0xF5, 0x8A, 0x4B] },
    Colour { light: [0x00, 0x7A, 0x5C], dark: [0x3C, 0xC3, 0x9A] },
    Colour { light: [0xB0, 0x4A, 0x86], dark: [0xE5, 0x8F, 0xC0] },
    Colour { light: [0x8A, 0x6A, 0x00], dark: [0xE3, 0xB8, 0x4A] },
    Colour { light: [0x2B, 0x3A, 0x67], dark: [0x9A, 0xA8, 0xE8] },
    Colour { light: [0x7A, 0x1F, 0x1F], dark: [0xEF, 0x7B, 0x7B] },
    Colour { light: [0x85, 0x5F, 0xC0], dark: [0xC9, 0xB0, 0xF5] },
    Colour { light: [0x5E, 0x7B, 0x1E], dark: [0xB3, 0xCF, 0x6B] },
    Colour { light: [0x1F, 0x6E, 0x79], dark: [0x6C, 0xCB, 0xD6] },
    Colour { light: [0x7B, 0x4B, 0x2A], dark: [0xD2, 0xA0, 0x7C] },
    Colour { light: [0x4E, 0x4E, 0x9E], dark: [0xA6, 0xD3, 0xF5] },
];

/// What fits no theme.
pub const UNTHEMED: Colour = Colour { light: [0x6E, 0x70, 0x74], dark: [0x9B, 0x9E, 0xA4] };

/// The number, from 1, of the colour of the theme at `position` among the themes; 0 stands for [`UNTHEMED`].
pub fn number(position: Option<usize>) -> usize {
    position.map_or(0, |at| at % THEMES.len() + 1)
}

/// The colour of that [`number`].
pub fn colour(number: usize) -> Colour {
    number.checked_sub(1).and_then(|i| THEMES.get(i)).copied().unwrap_or(UNTHEMED)
}

/// `#rrggbb`.
pub fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast of two colours (WCAG 2.2, 1.4.3).
    fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
        let luminance = |colour: [u8; 3]| {
            let [r, g, b] = colour.map(|c| {
                let c = f64::from(c) / 255.0;
                if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn numbers_on_every_colour_can_be_read() {
        for colour in THEMES.into_iter().chain([UNTHEMED]) {
            assert!(contrast(colour.light, [255; 3]) >= 4.5, "{colour:?}: {}", contrast(colour.light, [255; 3]));
            assert!(contrast(colour.dark, [0x15, 0x17, 0x1B]) >= 4.5, "{colour:?}");
        }
    }

    #[test]
    fn colours_are_distinct_and_repeat_after_the_last() {
        for (i, a) in THEMES.iter().enumerate() {
            assert!(THEMES.iter().skip(i + 1).all(|b| a.light != b.light && a.dark != b.dark), "{a:?}");
        }
        assert_eq!([number(None), number(Some(0)), number(Some(11)), number(Some(12))], [0, 1, 12, 1]);
    }
}
