"""`python -m tests.golden` writes the files anew. Read what git says has changed before you commit it."""

from tests.golden import texts

for file, text in texts():
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
