"""Finding traces by words, without reading every text: signatures of what spans say, and the walk over them."""
