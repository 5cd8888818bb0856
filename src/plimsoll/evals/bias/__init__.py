"""Whether answers differ by whom they are about: pairs that differ in one attribute, and question sets as BBQ is."""
