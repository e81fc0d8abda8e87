//! Lines for spreadsheets.

/// A line of CSV with every cell in quotes, none of which a spreadsheet takes for a formula.
pub fn line(cells: impl IntoIterator<Item = String>) -> Vec<u8> {
    quoted(cells.into_iter().map(harmless)).into_bytes()
}

/// A line of CSV with every cell in quotes, as they are.
pub fn quoted(cells: impl IntoIterator<Item = String>) -> String {
    let cells = cells.into_iter();
    let quoted: Vec<_> = cells
        .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")))
        .collect();
    quoted.join(",") + "\r\n"
}

/// A cell that no spreadsheet takes for a formula: an apostrophe stands before what would begin one.
pub fn harmless(cell: String) -> String {
    // The full-width forms count as well: some programs take them for the others.
    const BEGINS: [char; 11] = [
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ];
    if cell.trim_start_matches(' ').starts_with(BEGINS) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IO-14.
    #[test]
    fn no_cell_is_taken_for_a_formula() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "  =1",
            "\u{ff1d}1",
        ] {
            assert!(
                harmless(formula.to_owned()).starts_with('\''),
                "{formula:?}"
            );
        }
        assert_eq!(harmless("a=b".to_owned()), "a=b");
        let cells = ["seq", "at", "=cmd|' /C calc'!A0\",\"x", "via"].map(str::to_owned);
        let line = String::from_utf8(line(cells)).unwrap();
        assert!(
            line.contains(",\"'=cmd|' /C calc'!A0\"\",\"\"x\","),
            "{line}"
        );
    }
}
