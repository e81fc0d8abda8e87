//! Lines for spreadsheets.

/// A line of CSV with every cell in quotes.
pub(crate) fn line<const CELLS: usize>(cells: [String; CELLS]) -> Vec<u8> {
    let quoted = cells.map(|cell| format!("\"{}\"", harmless(cell).replace('"', "\"\"")));
    let mut line = quoted.join(",").into_bytes();
    line.extend(b"\r\n");
    line
}

/// A cell that no spreadsheet takes for a formula: an apostrophe stands before what would begin one.
fn harmless(cell: String) -> String {
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
