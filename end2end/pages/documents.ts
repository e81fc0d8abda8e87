import { crc32 } from "node:zlib";

/** A PDF with a page for each text, and more in its trailer. */
export function pdf(pages: string[], trailer = ""): Buffer {
  const kids = pages.map((_, page) => `${4 + 2 * page} 0 R`).join(" ");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Count ${pages.length} /Kids [${kids}] >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ...pages.flatMap((text, page) => {
      const drawn = `BT /F1 12 Tf 72 770 Td (${text}) Tj ET`;
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + 2 * page} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
        `<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`,
      ];
    }),
  ];
  let file = "%PDF-1.7\n";
  let table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  objects.forEach((object, place) => {
    table += `${String(file.length).padStart(10, "0")} 00000 n \n`;
    file += `${place + 1} 0 obj\n${object}\nendobj\n`;
  });
  const end = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + table + end, "latin1");
}

/** A PDF that can be opened only with a password. */
export function lockedPdf(): Buffer {
  const key = "7a".repeat(32);
  const id = "<00112233445566778899aabbccddeeff>";
  const lock = `/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -3904 /O <${key}> /U <${key}> >>`;
  return pdf(["secret"], `/ID [${id} ${id}] ${lock}`);
}

/** A document of Word with those paragraphs. */
export function docx(paragraphs: string[]): Buffer {
  const kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument";
  const body = paragraphs.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join("");
  return archive([
    ["[Content_Types].xml", "<Types/>"],
    ["_rels/.rels", `<Relationships><Relationship Id="rId1" Type="${kind}" Target="word/document.xml"/></Relationships>`],
    ["word/document.xml", `<w:document><w:body>${body}</w:body></w:document>`],
  ]);
}

/** A ZIP archive whose parts are stored as they are. */
function archive(parts: [string, string][]): Buffer {
  const locals: Buffer[] = [];
  const listed: Buffer[] = [];
  let place = 0;
  for (const [name, text] of parts) {
    const [title, content] = [Buffer.from(name), Buffer.from(text)];
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt32LE(crc32(content), 10);
    about.writeUInt32LE(content.length, 14);
    about.writeUInt32LE(content.length, 18);
    about.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), about, title, content]);
    const where = Buffer.alloc(14);
    where.writeUInt32LE(place, 10);
    listed.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0", "latin1"), about, where, title]));
    locals.push(local);
    place += local.length;
  }
  const directory = Buffer.concat(listed);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4);
  end.writeUInt16LE(parts.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(place, 12);
  return Buffer.concat([...locals, directory, Buffer.from("PK\x05\x06", "latin1"), end]);
}
