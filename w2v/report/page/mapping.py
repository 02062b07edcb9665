"""The controls of the word map as HTML; `static/wordmap.js` and `finder.js` bring them to life."""

MAP_CONTROLS = """<div class="controls" hidden>
<label>Plane <select name="plane"></select></label>
<label>Colours <select name="colour"><option value="frequency">frequency</option>
<option value="group">word lists</option></select></label>
<button type="button" name="closer">Zoom in</button>
<button type="button" name="farther">Zoom out</button>
<button type="button" name="all">Show all</button>
</div>"""
MAP_SIDE = """<div class="side" hidden>
<div class="finder"><label for="word-search">Find a word</label>
<input id="word-search" type="search" role="combobox" aria-expanded="false"
 aria-controls="word-list" aria-autocomplete="list" autocomplete="off" autocapitalize="off"
 spellcheck="false" placeholder="type, then Enter">
<ul id="word-list" role="listbox" aria-label="Words found"></ul></div>
<div class="neighbours"></div>
</div>"""
