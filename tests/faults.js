// What is wrong with the notebook that is seen, a sentence each. Code may be scrolled; what is read may not.
({front, complaints, cards, legible}) => {
    const faults = [];

    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
        return [red, green, blue, alpha / 255];
    };
    const over = (above, below) => below.map((part, place) => above[3] * above[place] + (1 - above[3]) * part);
    const ground = element => {
        const colour = rgba(getComputedStyle(element).backgroundColor);
        if (colour[3] === 1) return colour.slice(0, 3);
        return over(colour, element.parentElement ? ground(element.parentElement) : [255, 255, 255]);
    };
    const luminance = colour => {
        const [red, green, blue] = colour.map(part => part / 255).map(
            part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
        );
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = element => {
        const behind = ground(element);
        const both = [behind, over(rgba(getComputedStyle(element).color), behind)].map(luminance);
        return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    };

    document.querySelectorAll(`${front} .jp-Cell`).forEach((cell, number) => {
        const add = (what, element) => {
            faults.push(`cell ${number} ${what}: ${(element.innerText || element.alt || '').trim().slice(0, 300)}`);
        };
        for (const output of cell.querySelectorAll('.jp-OutputArea-output')) {
            if (output.matches(complaints)) add('complains', output);
        }
        for (const box of cell.querySelectorAll('.jp-Stdin-input')) {
            add('waits for somebody to type', box.parentElement);
        }
        for (const picture of cell.querySelectorAll('img')) {
            if (picture.complete && !picture.naturalWidth) add('has a broken picture', picture);
        }
        for (const box of cell.querySelectorAll(`.jp-RenderedHTMLCommon, .jp-OutputArea-output, .${cards}, pre`)) {
            if (box.clientWidth && box.scrollWidth > box.clientWidth + 1) {
                add(`is ${box.scrollWidth} pixels wide, with room for ${box.clientWidth}`, box);
            }
        }
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        const pale = new Set();
        while (texts.nextNode()) {
            const element = texts.currentNode.parentElement;
            if (
                texts.currentNode.data.trim()
                && element.closest('.jp-RenderedHTMLCommon, .jp-OutputArea-output')
                && !element.closest('svg, button, style, script')
                && !element.closest('.jp-RenderedMarkdown pre')  // where JupyterLab picks the colours: pale brackets
                && !element.closest(complaints)
                && element.checkVisibility()
                && contrast(element) < legible
            ) pale.add(element);
        }
        for (const element of pale) add(`has text of a contrast of only ${contrast(element).toFixed(1)}`, element);
    });
    return faults;
}
